// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string_view>

namespace ashlar::iop {

/// Why a proof is not accepted. Names are stable: tests, REST bodies and metric labels use them.
enum class VerifyError : uint8_t {
    public_values,            // wrong number of public values
    length_not_words,         // byte length is not a multiple of 4
    non_canonical,            // a word >= p
    too_short,                // the proof ends early
    trailing_bytes,           // or goes on
    height_out_of_range,      // a height above 2^max_log_height
    fixed_height,             // another height than the key's for a table with preprocessed columns
    height_bound,             // heights break a linear bound of the machine
    stack_too_large,          // more than 2^max_log_slices slices
    too_many_fractions,       // more than 2^max_log_fracs
    opening_too_long,         // more rows or siblings than any opening can have
    proof_of_work,            // a nonce does not do its work
    public_zero_denominator,  // a public message's denominator is 0
    zero_denominator,         // a top fraction's denominator is 0
    fractional_sum,           // top fractions do not add up to minus the public sum
    fraction_layer,           // last claim of a layer's sumcheck
    layers,                   // a claim of the layered argument
    zerocheck,                // last claim of the joint zerocheck
    number_of_rows,           // opened rows are not one for each distinct index
    too_few_siblings,
    too_many_siblings,
    merkle_root,  // an opening does not lead to its root
    opening,      // last claim of the WHIR opening
    profile,      // the key's profile is out of range
};

std::string_view to_string(VerifyError e);

}  // namespace ashlar::iop
