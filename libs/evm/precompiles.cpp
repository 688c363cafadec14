// SPDX-License-Identifier: Apache-2.0
#include "libs/evm/precompiles.hpp"

#include <algorithm>

#include "libs/crypto/blake2f.hpp"
#include "libs/crypto/bls12_381.hpp"
#include "libs/crypto/bn254.hpp"
#include "libs/crypto/modexp.hpp"
#include "libs/crypto/p256.hpp"
#include "libs/crypto/ripemd160.hpp"
#include "libs/crypto/secp256k1.hpp"
#include "libs/evm/uint256.hpp"
#include "libs/hash/sha256.hpp"

namespace ashlar::evm {
namespace {

/// Price of a call, or nothing if no amount of gas makes the input acceptable.
using Price = std::optional<uint64_t> (*)(BytesView input);
/// The work, paid for already; false for malformed input.
using Work = bool (*)(BytesView input, Bytes& output);
struct Precompile {
    Price price = nullptr;
    Work work = nullptr;
    bool (*beyond_memory)(BytesView input, uint64_t gas) = nullptr;
};

constexpr uint64_t words_of(uint64_t bytes) { return (bytes + 31) / 32; }
template <uint64_t GAS>
std::optional<uint64_t> fixed_price(BytesView) {
    return GAS;
}
template <uint64_t GAS, uint64_t WORD_GAS>
std::optional<uint64_t> price_per_word(BytesView input) {
    return GAS + WORD_GAS * words_of(input.size());
}

/// The input followed by as many zeros as needed, cut to N bytes.
template <size_t N>
std::array<uint8_t, N> padded(BytesView input) {
    std::array<uint8_t, N> a{};
    std::copy_n(input.begin(), std::min(N, input.size()), a.begin());
    return a;
}
/// `size` bytes from `offset` on; bytes past the end are zero.
Bytes slice(BytesView input, size_t offset, size_t size) {
    Bytes b(size);
    if (offset < input.size()) std::copy_n(input.begin() + offset, std::min(size, input.size() - offset), b.begin());
    return b;
}

bool ecrecover(BytesView input, Bytes& output) {
    const auto in = padded<128>(input);
    for (size_t i = 32; i < 63; i++)
        if (in[i]) return true;
    if (in[63] != 27 && in[63] != 28) return true;
    const auto part = [&in](size_t i) { return Bytes32::from(BytesView{in.data() + 32 * i, 32}); };
    if (const auto address = crypto::recover_address(part(0), part(2), part(3), in[63] == 28)) {
        output.resize(32);
        std::copy(address->begin(), address->end(), output.begin() + 12);
    }
    return true;
}
bool sha256(BytesView input, Bytes& output) {
    const Bytes32 h = hash::sha256(input);
    output.assign(h.begin(), h.end());
    return true;
}
bool ripemd160(BytesView input, Bytes& output) {
    const auto h = crypto::ripemd160(input);
    output.resize(32);
    std::copy(h.begin(), h.end(), output.begin() + 12);
    return true;
}
bool identity(BytesView input, Bytes& output) {
    output.assign(input.begin(), input.end());
    return true;
}

// --- modexp: EIP-198, priced by EIP-2565, EIP-7883, bounded by EIP-7823 ---

struct ModexpHeader {
    uint256 base_size, exponent_size, modulus_size;
    explicit ModexpHeader(BytesView input) {
        const auto in = padded<96>(input);
        base_size = uint256::load(in.data());
        exponent_size = uint256::load(in.data() + 32);
        modulus_size = uint256::load(in.data() + 64);
    }
};
struct ModexpPricing {
    uint64_t minimum, divisor, exponent_byte_factor, complexity_factor;
    /// Complexity of operands of up to 32 bytes, if it is a constant.
    uint64_t small_complexity;
    /// Largest length of each operand; 0 for no limit.
    uint64_t max_size;
};
constexpr ModexpPricing EIP_2565{200, 3, 8, 1, 0, 0};
constexpr ModexpPricing EIP_7883{500, 1, 16, 2, 16, 1024};

/// nullopt when the price exceeds any gas.
std::optional<uint64_t> modexp_price(const ModexpPricing& p, BytesView input) {
    const ModexpHeader h(input);
    if (p.max_size)
        for (const uint256* size : {&h.base_size, &h.exponent_size, &h.modulus_size})
            if (*size > uint256{p.max_size}) return std::nullopt;
    // Sizes of 2^40 bytes cost more than any gas, except where a factor of zero hides them.
    auto clamp = [](const uint256& x) {
        return x.fits_u64() ? std::min<uint64_t>(x.low64(), uint64_t{1} << 40) : uint64_t{1} << 40;
    };
    const uint64_t base = clamp(h.base_size), exponent = clamp(h.exponent_size), modulus = clamp(h.modulus_size);
    const uint64_t longest = std::max(base, modulus);
    const uint64_t words = (longest + 7) / 8;
    if (words >= uint64_t{1} << 31) return std::nullopt;
    uint64_t complexity = words * words * p.complexity_factor;
    if (p.small_complexity && longest <= 32) complexity = p.small_complexity;

    // Bit length of the first 32 bytes of the exponent, less one.
    uint64_t bits = 0;
    if (base < input.size()) {
        const size_t head_size = static_cast<size_t>(std::min<uint64_t>(exponent, 32));
        const Bytes head = slice(input, static_cast<size_t>(std::min<uint64_t>(96 + base, input.size())), head_size);
        const unsigned length = uint256::from_be(head.data(), head.size()).bit_length();
        bits = length ? length - 1 : 0;
    }
    uint64_t iterations = bits + (exponent > 32 ? p.exponent_byte_factor * (exponent - 32) : 0);
    iterations = std::max<uint64_t>(iterations, 1);
    if (complexity != 0 && iterations > UINT64_MAX / complexity) return std::nullopt;
    return std::max(p.minimum, complexity * iterations / p.divisor);
}
std::optional<uint64_t> modexp_price_2565(BytesView input) { return modexp_price(EIP_2565, input); }
std::optional<uint64_t> modexp_price_7883(BytesView input) { return modexp_price(EIP_7883, input); }

bool fits_memory(const ModexpHeader& h) {
    return h.base_size.fits_u32() && h.modulus_size.fits_u32() && h.exponent_size.fits_u32();
}
/// EIP-2565 sets no limit to sizes. One of 2^32 bytes costs 8 (2^32 - 32) / 3 gas or more: less is out of gas.
bool modexp_beyond_memory(BytesView input, uint64_t gas) {
    const ModexpHeader h(input);
    const bool empty = h.base_size.is_zero() && h.modulus_size.is_zero();
    return !empty && !fits_memory(h) && gas >= 8 * ((uint64_t{1} << 32) - 32) / 3;
}

bool modexp(BytesView input, Bytes& output) {
    const ModexpHeader h(input);
    // Whoever paid can address these sizes, unless base and modulus are both empty: then the exponent may have any
    // length.
    if (h.base_size.is_zero() && h.modulus_size.is_zero()) return true;
    if (!fits_memory(h)) return false;
    const size_t base = h.base_size.low32(), exponent = h.exponent_size.low32(), modulus = h.modulus_size.low32();
    const BytesView body = input.size() > 96 ? input.subspan(96) : BytesView{};
    output = crypto::modexp(slice(body, 0, base), slice(body, base, exponent), slice(body, base + exponent, modulus));
    return true;
}

// --- blake2f: EIP-152 ---

std::optional<uint64_t> blake2f_price(BytesView input) {
    if (input.size() != 213) return std::nullopt;
    return uint64_t{input[0]} << 24 | uint64_t{input[1]} << 16 | uint64_t{input[2]} << 8 | input[3];
}
bool blake2f(BytesView input, Bytes& output) {
    if (input.size() != 213 || input[212] > 1) return false;
    const auto rounds = static_cast<uint32_t>(*blake2f_price(input));
    uint64_t h[8], m[16], t[2];
    for (size_t i = 0; i < 8; i++) h[i] = load_le64(input.data() + 4 + 8 * i);
    for (size_t i = 0; i < 16; i++) m[i] = load_le64(input.data() + 68 + 8 * i);
    for (size_t i = 0; i < 2; i++) t[i] = load_le64(input.data() + 196 + 8 * i);
    crypto::blake2f(rounds, h, m, t, input[212]);
    output.resize(64);
    for (size_t i = 0; i < 8; i++) store_le64(output.data() + 8 * i, h[i]);
    return true;
}

// --- bn254: EIP-196 and EIP-197, priced by EIP-1108 ---

bool set_output(const std::optional<FixedBytes<64>>& result, Bytes& output) {
    if (!result) return false;
    output.assign(result->begin(), result->end());
    return true;
}
bool set_output(std::optional<bool> truth, Bytes& output) {
    if (!truth) return false;
    output.resize(32);
    output[31] = *truth;
    return true;
}
bool set_output(std::optional<Bytes>&& result, Bytes& output) {
    if (!result) return false;
    output = std::move(*result);
    return true;
}
bool bn254_add(BytesView input, Bytes& output) {
    const auto in = padded<128>(input);
    return set_output(crypto::bn254::add(BytesView{in}.first(64), BytesView{in}.subspan(64)), output);
}
bool bn254_multiply(BytesView input, Bytes& output) {
    const auto in = padded<96>(input);
    return set_output(crypto::bn254::multiply(BytesView{in}.first(64), BytesView{in}.subspan(64)), output);
}
std::optional<uint64_t> bn254_pairing_price(BytesView input) { return 45000 + 34000 * uint64_t{input.size() / 192}; }
bool bn254_pairing(BytesView input, Bytes& output) { return set_output(crypto::bn254::pairing_check(input), output); }

// --- KZG point evaluation: EIP-4844 ---

bool point_evaluation(BytesView input, Bytes& output) {
    if (input.size() != 192) return false;
    const BytesView commitment = input.subspan(96, 48);
    Bytes32 hash = hash::sha256(commitment);
    hash[0] = 0x01;  // VERSIONED_HASH_VERSION_KZG
    if (!std::equal(hash.begin(), hash.end(), input.begin()) ||
        !crypto::bls12_381::verify_kzg_proof(commitment, input.subspan(32, 32), input.subspan(64, 32),
                                             input.subspan(144)))
        return false;
    // FIELD_ELEMENTS_PER_BLOB, then BLS_MODULUS.
    static constexpr uint8_t RESULT[64] = {0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,
                                           0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,
                                           0,    0,    0,    0,    0x10, 0x00, 0x73, 0xed, 0xa7, 0x53, 0x29, 0x9d, 0x7d,
                                           0x48, 0x33, 0x39, 0xd8, 0x08, 0x09, 0xa1, 0xd8, 0x05, 0x53, 0xbd, 0xa4, 0x02,
                                           0xff, 0xfe, 0x5b, 0xfe, 0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x01};
    output.assign(RESULT, RESULT + 64);
    return true;
}

// --- BLS12-381: EIP-2537 ---

/// Discounts of multi-scalar multiplications of 1 to 128 points, in thousandths; more points have the last one.
constexpr uint16_t G1_DISCOUNT[128] = {
    1000, 949, 848, 797, 764, 750, 738, 728, 719, 712, 705, 698, 692, 687, 682, 677, 673, 669, 665, 661, 658, 654,
    651,  648, 645, 642, 640, 637, 635, 632, 630, 627, 625, 623, 621, 619, 617, 615, 613, 611, 609, 608, 606, 604,
    603,  601, 599, 598, 596, 595, 593, 592, 591, 589, 588, 586, 585, 584, 582, 581, 580, 579, 577, 576, 575, 574,
    573,  572, 570, 569, 568, 567, 566, 565, 564, 563, 562, 561, 560, 559, 558, 557, 556, 555, 554, 553, 552, 551,
    550,  549, 548, 547, 547, 546, 545, 544, 543, 542, 541, 540, 540, 539, 538, 537, 536, 536, 535, 534, 533, 532,
    532,  531, 530, 529, 528, 528, 527, 526, 525, 525, 524, 523, 522, 522, 521, 520, 520, 519};
constexpr uint16_t G2_DISCOUNT[128] = {
    1000, 1000, 923, 884, 855, 832, 812, 796, 782, 770, 759, 749, 740, 732, 724, 717, 711, 704, 699, 693, 688, 683,
    679,  674,  670, 666, 663, 659, 655, 652, 649, 646, 643, 640, 637, 634, 632, 629, 627, 624, 622, 620, 618, 615,
    613,  611,  609, 607, 606, 604, 602, 600, 598, 597, 595, 593, 592, 590, 589, 587, 586, 584, 583, 582, 580, 579,
    578,  576,  575, 574, 573, 571, 570, 569, 568, 567, 566, 565, 563, 562, 561, 560, 559, 558, 557, 556, 555, 554,
    553,  552,  552, 551, 550, 549, 548, 547, 546, 545, 545, 544, 543, 542, 541, 541, 540, 539, 538, 537, 537, 536,
    535,  535,  534, 533, 532, 532, 531, 530, 530, 529, 528, 528, 527, 526, 526, 525, 524, 524};

template <size_t ITEM, uint64_t GAS, const uint16_t (&DISCOUNT)[128]>
std::optional<uint64_t> msm_price(BytesView input) {
    const uint64_t k = input.size() / ITEM;
    return k == 0 ? 0 : k * GAS * DISCOUNT[std::min<uint64_t>(k, 128) - 1] / 1000;
}
std::optional<uint64_t> bls_pairing_price(BytesView input) { return 37700 + 32600 * uint64_t{input.size() / 384}; }
template <auto OPERATION>
bool bls(BytesView input, Bytes& output) {
    return set_output(OPERATION(input), output);
}

// --- P256VERIFY: EIP-7951 ---

bool p256_verify(BytesView input, Bytes& output) {
    if (input.size() != 160) return true;
    const auto part = [&input](size_t i) { return Bytes32::from(input.subspan(32 * i)); };
    if (crypto::p256_verify(part(0), part(1), part(2), part(3), part(4))) {
        output.resize(32);
        output[31] = 1;
    }
    return true;
}

// --- the table: the previous fork plus its changes ---

struct Entry {
    unsigned number;
    Precompile precompile;
};
constexpr size_t TABLE_SIZE = 18;
constexpr unsigned P256_VERIFY = 0x100;
/// Entries 1 to 17 are contracts 1 to 17; entry 0 is P256_VERIFY.
using Table = std::array<Precompile, TABLE_SIZE>;
constexpr size_t index_of(unsigned number) { return number == P256_VERIFY ? 0 : number; }
constexpr Table with(Table previous, std::initializer_list<Entry> changes) {
    for (const auto& c : changes) previous[index_of(c.number)] = c.precompile;
    return previous;
}

constexpr std::array<Table, REVISION_COUNT> TABLES = [] {
    std::array<Table, REVISION_COUNT> t{};
    t[0] = with({}, {{1, {fixed_price<3000>, ecrecover}},
                     {2, {price_per_word<60, 12>, sha256}},
                     {3, {price_per_word<600, 120>, ripemd160}},
                     {4, {price_per_word<15, 3>, identity}},
                     {5, {modexp_price_2565, modexp, modexp_beyond_memory}},
                     {6, {fixed_price<150>, bn254_add}},
                     {7, {fixed_price<6000>, bn254_multiply}},
                     {8, {bn254_pairing_price, bn254_pairing}},
                     {9, {blake2f_price, blake2f}}});
    t[1] = t[0];
    t[2] = with(t[1], {{10, {fixed_price<50000>, point_evaluation}}});
    namespace b = crypto::bls12_381;
    t[3] = with(t[2], {{11, {fixed_price<375>, bls<b::g1_add>}},
                       {12, {msm_price<160, 12000, G1_DISCOUNT>, bls<b::g1_multiply_sum>}},
                       {13, {fixed_price<600>, bls<b::g2_add>}},
                       {14, {msm_price<288, 22500, G2_DISCOUNT>, bls<b::g2_multiply_sum>}},
                       {15, {bls_pairing_price, bls<b::pairing_check>}},
                       {16, {fixed_price<5500>, bls<b::map_to_g1>}},
                       {17, {fixed_price<23800>, bls<b::map_to_g2>}}});
    t[4] = with(t[3], {{5, {modexp_price_7883, modexp}}, {P256_VERIFY, {fixed_price<6900>, p256_verify}}});
    t[5] = t[4];
    return t;
}();

const Table& table_of(Revision r) { return TABLES[static_cast<unsigned>(r)]; }

}  // namespace

unsigned precompile_at(Revision revision, const Address& address) {
    for (size_t i = 0; i < 18; i++)
        if (address[i]) return 0;
    const unsigned number = static_cast<unsigned>(address[18]) << 8 | address[19];
    if (number == 0 || (number >= TABLE_SIZE && number != P256_VERIFY)) return 0;
    return table_of(revision)[index_of(number)].work ? number : 0;
}

std::vector<Address> precompile_addresses(Revision revision) {
    std::vector<Address> addresses;
    for (unsigned i = 0; i < TABLE_SIZE; i++) {
        if (!table_of(revision)[i].work) continue;
        const unsigned number = i == 0 ? P256_VERIFY : i;
        Address a;
        a[18] = static_cast<uint8_t>(number >> 8);
        a[19] = static_cast<uint8_t>(number);
        addresses.push_back(a);
    }
    return addresses;
}

PrecompileResult run_precompile(Revision revision, unsigned number, BytesView input, uint64_t gas) {
    const Precompile& p = table_of(revision)[index_of(number)];
    PrecompileResult result;
    if (p.beyond_memory && p.beyond_memory(input, gas)) {
        result.beyond_memory = true;
        return result;
    }
    const auto price = p.price(input);
    if (!price || *price > gas || !p.work(input, result.output)) {
        result.output.clear();
        return result;
    }
    result.ok = true;
    result.gas_left = gas - *price;
    return result;
}

}  // namespace ashlar::evm
