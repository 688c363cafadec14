// SPDX-License-Identifier: Apache-2.0
#include "test/soundness/lab.hpp"
#include "test/soundness/lies.hpp"

namespace ashlar::test {

std::vector<Lie> core_lies() {
    const Lab& lab = every_chip_lab();
    std::vector<Lie> out;
    auto leaf = lab.row<chips::MemoryLeafChip>(0);
    leaf.main.digest_out[0] += F::ONE;
    out.push_back(make_lie<chips::MemoryLeafChip>("a leaf goes to the digest of something else", leaf));
    return out;
}

}  // namespace ashlar::test
