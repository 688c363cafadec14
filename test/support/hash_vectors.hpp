// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "libs/hash/suite.hpp"

namespace ashlar::test {

/// Known answers of the suite in use, of test/vectors/hash_vectors.txt (made by test/oracle/poseidon2.py): numbers by
/// key, "hash <domain> <length>" for the hashes of 1, 2, .., length. Empty if no suite of the file has its rounds.
inline std::map<std::string, std::vector<uint32_t>> hash_vectors() {
    std::ifstream file("test/vectors/hash_vectors.txt");
    std::map<std::string, std::vector<uint32_t>> values;
    for (std::string line; std::getline(file, line);) {
        std::istringstream in(line);
        std::string key;
        in >> key;
        if (key == "hash") {
            std::string domain, length;
            in >> domain >> length;
            key += " " + domain + " " + length;
        }
        if (key == "end") {
            if (values["rounds"] == std::vector<uint32_t>{hash::Suite::FULL_ROUNDS, hash::Suite::PARTIAL_ROUNDS})
                return values;
            values.clear();
        } else {
            for (uint32_t x; in >> x;) values[key].push_back(x);
        }
    }
    return {};
}

}  // namespace ashlar::test
