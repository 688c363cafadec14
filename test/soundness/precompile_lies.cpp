// SPDX-License-Identifier: Apache-2.0
#include "test/soundness/lab.hpp"
#include "test/soundness/lies.hpp"

namespace ashlar::test {

std::vector<Lie> precompile_lies() {
    const Lab& lab = every_chip_lab();
    std::vector<Lie> out;
    auto product = lab.row<chips::Uint256MulChip>(0);
    product.main.result[0] += F::ONE;
    out.push_back(make_lie<chips::Uint256MulChip>("a product that is 1 too large", product));
    for (const auto& family : {limb_lies, keccak_lies, sha_lies})
        for (Lie& lie : family()) out.push_back(std::move(lie));
    return out;
}

}  // namespace ashlar::test
