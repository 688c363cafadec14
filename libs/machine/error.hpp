// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string_view>

#include "libs/iop/error.hpp"

namespace ashlar::machine {

/// Why a proof of a run or of a block, or the encoding of a key, is not accepted. Names are stable.
enum class VerifyCode : uint8_t {
    truncated,          // bytes end early
    trailing_bytes,     // or go on
    magic,              // not this kind of file
    version,            // of another format version
    suite,              // made with another hash suite
    non_canonical,      // a field element >= p
    profile_unknown,    // a key whose profile is none of the machine's
    profile_for_tests,  // the profile `test` outside tests
    structure,          // a key of another machine
    key,                // a key that no program has
    no_chunks,          // a run of no chunk
    too_many_chunks,    // more than the profile allows for all runs that are verified together
    too_long,           // a part of 4 GiB or more cannot be encoded
    chunk,              // a chunk proof is refused; see `proof` and `index`
    not_finished,       // the last chunk does not end with pc 0
    reserved_opening,   // the opened reserved words are not under the last root
    not_halted,         // the halted word is not 1
    exit_code,          // the exit code is not 0
    aggregator,         // a block's aggregator run is refused
    subblock,           // a block's subblock run is refused; see `index`
    nested_deferral,    // a subblock run itself demands proofs
    deferred_chain,     // the aggregator's demands are not these subblocks in this order
};

std::string_view to_string(VerifyCode code);

struct VerifyFailure {
    VerifyCode code;
    uint32_t index = 0;                                  ///< of the chunk or subblock
    iop::VerifyError proof = iop::VerifyError::opening;  ///< if code is `chunk` (also inside a block)
};

}  // namespace ashlar::machine
