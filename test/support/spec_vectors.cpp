// SPDX-License-Identifier: Apache-2.0
#include "test/support/spec_vectors.hpp"

#include <fstream>
#include <sstream>

#include "libs/base/hex.hpp"
#include "test/support/spec_system.hpp"

namespace ashlar::test {

std::vector<F> SpecCase::public_elements() const {
    std::vector<F> out;
    for (uint32_t x : public_values) out.push_back(F::reduce(x));
    return out;
}

std::vector<SpecCase> read_spec_cases(const std::string& path) {
    std::ifstream file(path);
    std::vector<SpecCase> cases;
    SpecCase c;
    std::string line;
    while (std::getline(file, line)) {
        std::istringstream in(line);
        std::string key;
        in >> key;
        auto numbers = [&] {
            std::vector<uint32_t> v;
            for (uint32_t x; in >> x;) v.push_back(x);
            return v;
        };
        auto digest = [&] {
            hash::Digest d{};
            const auto v = numbers();
            for (size_t i = 0; i < d.size() && i < v.size(); i++) d[i] = F::reduce(v[i]);
            return d;
        };
        if (key == "system")
            in >> c.system;
        else if (key == "profile")
            in >> c.profile;
        else if (key == "profile_words")
            c.profile_words = numbers();
        else if (key == "digest")
            c.digest = digest();
        else if (key == "prep_root")
            c.prep_root = digest();
        else if (key == "public")
            c.public_values = numbers();
        else if (key == "table") {
            auto v = numbers();
            if (v.size() < 2) return {};
            c.tables.push_back({v[1], {v.begin() + 2, v.end()}});
        } else if (key == "proof") {
            std::string hex;
            in >> hex;
            const auto bytes = from_hex(hex);
            if (!bytes) return {};
            c.proof = *bytes;
        } else if (key == "end") {
            cases.push_back(std::move(c));
            c = {};
        } else {
            return {};
        }
    }
    return cases;
}

std::string write_spec_case(const SpecCase& c) {
    std::ostringstream out;
    out << "system " << c.system << "\nprofile " << c.profile << "\ndigest";
    for (F x : c.digest) out << ' ' << x.canonical();
    out << "\npublic";
    for (uint32_t x : c.public_values) out << ' ' << x;
    out << "\nproof " << to_hex(c.proof) << "\nend\n";
    return out.str();
}

iop::VerifyingKey spec_key(const SpecCase& c) {
    iop::VerifyingKey vk;
    vk.profile = *iop::named_profile(c.profile);
    if (c.system == "machine") {
        vk.system = iop::make_system<SpecStatement, SpecChips>();
        vk.fixed_heights = {0, 0, static_cast<uint32_t>(iop::stored_height(vk.profile, SQUARE_RANGE)), 0, 0, 0, 0};
    } else {
        vk.system = iop::make_system<NoStatement, LoneChips>();
        vk.fixed_heights = {0};
    }
    vk.prep_root = c.prep_root;
    auto made = iop::make_verifying_key(std::move(vk));
    vk = std::move(made.value());
    vk.digest = c.digest;
    return vk;
}

}  // namespace ashlar::test
