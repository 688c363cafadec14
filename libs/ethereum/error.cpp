// SPDX-License-Identifier: Apache-2.0
#include "libs/ethereum/error.hpp"

namespace ashlar::ethereum {

std::string_view to_string(ErrorCode code) {
    switch (code) {
#define ASHLAR_X(name, text) \
    case ErrorCode::name:    \
        return text;
        ASHLAR_ETHEREUM_ERRORS(ASHLAR_X)
#undef ASHLAR_X
    }
    return "unknown";
}

}  // namespace ashlar::ethereum
