// SPDX-License-Identifier: Apache-2.0
#include "libs/iop/error.hpp"

namespace ashlar::iop {

std::string_view to_string(VerifyError e) {
    switch (e) {
        case VerifyError::public_values:
            return "public values";
        case VerifyError::length_not_words:
            return "length is not a multiple of 4";
        case VerifyError::non_canonical:
            return "non-canonical element";
        case VerifyError::too_short:
            return "proof too short";
        case VerifyError::trailing_bytes:
            return "trailing bytes";
        case VerifyError::height_out_of_range:
            return "height out of range";
        case VerifyError::fixed_height:
            return "height of a fixed table";
        case VerifyError::height_bound:
            return "height bound";
        case VerifyError::stack_too_large:
            return "stack too large";
        case VerifyError::too_many_fractions:
            return "too many fractions";
        case VerifyError::opening_too_long:
            return "opening too long";
        case VerifyError::proof_of_work:
            return "proof of work";
        case VerifyError::public_zero_denominator:
            return "zero denominator of a public message";
        case VerifyError::zero_denominator:
            return "zero denominator";
        case VerifyError::fractional_sum:
            return "fractional sum";
        case VerifyError::fraction_layer:
            return "fraction layer";
        case VerifyError::layers:
            return "layers";
        case VerifyError::zerocheck:
            return "zerocheck";
        case VerifyError::number_of_rows:
            return "number of opened rows";
        case VerifyError::too_few_siblings:
            return "too few siblings";
        case VerifyError::too_many_siblings:
            return "too many siblings";
        case VerifyError::merkle_root:
            return "Merkle root";
        case VerifyError::opening:
            return "opening";
        case VerifyError::profile:
            return "profile";
    }
    return "unknown";
}

}  // namespace ashlar::iop
