// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

#include "libs/base/bytes.hpp"
#include "libs/iop/keys.hpp"

namespace ashlar::test {

/// One case of test/vectors/protocol_vectors.txt.
struct SpecCase {
    std::string system;   // machine or lone
    std::string profile;  // name
    std::vector<uint32_t> profile_words, public_values;
    hash::Digest digest, prep_root;
    struct Table {
        uint32_t height;
        std::vector<uint32_t> cells;  // row by row
    };
    std::vector<Table> tables;
    Bytes proof;

    std::vector<field::F> public_elements() const;
};

/// Reads the vectors; empty if the file is missing or malformed.
std::vector<SpecCase> read_spec_cases(const std::string& path);
/// The reverse: what protocol_vectors.py checks.
std::string write_spec_case(const SpecCase& c);

/// The case's key, with the specification's own key digest in place of ours.
iop::VerifyingKey spec_key(const SpecCase& c);

}  // namespace ashlar::test
