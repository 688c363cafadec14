// SPDX-License-Identifier: Apache-2.0
#include "libs/machine/error.hpp"

namespace ashlar::machine {

std::string_view to_string(VerifyCode code) {
    switch (code) {
        case VerifyCode::truncated:
            return "truncated";
        case VerifyCode::trailing_bytes:
            return "trailing_bytes";
        case VerifyCode::magic:
            return "magic";
        case VerifyCode::version:
            return "version";
        case VerifyCode::suite:
            return "suite";
        case VerifyCode::non_canonical:
            return "non_canonical";
        case VerifyCode::profile_unknown:
            return "profile_unknown";
        case VerifyCode::profile_for_tests:
            return "profile_for_tests";
        case VerifyCode::structure:
            return "structure";
        case VerifyCode::key:
            return "key";
        case VerifyCode::no_chunks:
            return "no_chunks";
        case VerifyCode::too_many_chunks:
            return "too_many_chunks";
        case VerifyCode::too_long:
            return "too_long";
        case VerifyCode::chunk:
            return "chunk";
        case VerifyCode::not_finished:
            return "not_finished";
        case VerifyCode::reserved_opening:
            return "reserved_opening";
        case VerifyCode::not_halted:
            return "not_halted";
        case VerifyCode::exit_code:
            return "exit_code";
        case VerifyCode::aggregator:
            return "aggregator";
        case VerifyCode::subblock:
            return "subblock";
        case VerifyCode::nested_deferral:
            return "nested_deferral";
        case VerifyCode::deferred_chain:
            return "deferred_chain";
    }
    return "unknown";
}

}  // namespace ashlar::machine
