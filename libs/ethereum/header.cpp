// SPDX-License-Identifier: Apache-2.0
#include "libs/ethereum/header.hpp"

#include "libs/hash/keccak256.hpp"
#include "libs/rlp/decode.hpp"

namespace ashlar::ethereum {

namespace {

using evm::Revision;
using evm::uint256;

/// keccak256(rlp([])): a post-merge block has no ommers (EIP-3675).
constexpr Bytes32 NO_OMMERS = std::array<uint8_t, 32>{0x1d, 0xcc, 0x4d, 0xe8, 0xde, 0xc7, 0x5d, 0x7a, 0xab, 0x85, 0xb5,
                                                      0x67, 0xb6, 0xcc, 0xd4, 0x1a, 0xd3, 0x12, 0x45, 0x1b, 0x94, 0x8a,
                                                      0x74, 0x13, 0xf0, 0xa1, 0x42, 0xfd, 0x40, 0xd4, 0x93, 0x47};
constexpr uint64_t MIN_GAS_LIMIT = 5000, MAX_GAS_LIMIT = (uint64_t{1} << 63) - 1;
constexpr uint64_t GAS_LIMIT_BOUND = 1024, BASE_FEE_DENOMINATOR = 8, ELASTICITY = 2;
constexpr uint64_t BLOB_BASE_COST = 1 << 13;  // EIP-7918
constexpr size_t MAX_EXTRA_DATA = 32;

ErrorCode block_error(rlp::Error e) {
    return e == rlp::Error::integer_too_large ? ErrorCode::block_rlp_overflow : ErrorCode::block_rlp;
}

/// Reads field after field; the first failure sticks.
struct FieldReader {
    rlp::Reader in;
    std::optional<ErrorCode> error;

    template <class T>
    T take(rlp::Decoded<T> r) {
        if (r) return *r;
        if (!error) error = block_error(r.error());
        return T{};
    }
    template <size_t N>
    void fixed(FixedBytes<N>& out) {
        out = take(in.fixed<N>());
    }
    void u64(uint64_t& out) { out = take(in.u64()); }
};

size_t count_items(rlp::Reader in) {
    size_t n = 0;
    while (!in.empty() && in.next()) n++;
    return in.empty() ? n : n + 1;
}

unsigned fields_of(Revision r) {
    if (r >= Revision::amsterdam) return Header::AMSTERDAM_FIELDS;
    if (r >= Revision::prague) return Header::PRAGUE_FIELDS;
    if (r >= Revision::cancun) return Header::CANCUN_FIELDS;
    return r >= Revision::shanghai ? Header::SHANGHAI_FIELDS : Header::PARIS_FIELDS;
}

/// The name for a header whose fields are those of another fork than `revision`; two pairs have their own. Fields of a
/// fork that the chain's configuration does not know say that it is too old.
ErrorCode wrong_fields(const ChainConfig& config, Revision revision, unsigned fields) {
    if (fields == Header::AMSTERDAM_FIELDS && config.amsterdam_time == ChainConfig::NEVER)
        return ErrorCode::fork_not_supported;
    if (revision == Revision::paris && fields == Header::SHANGHAI_FIELDS) return ErrorCode::shanghai_block;
    if (revision == Revision::shanghai && fields == Header::PARIS_FIELDS) return ErrorCode::paris_block;
    return ErrorCode::block_format;
}

}  // namespace

[[gnu::noinline]] Outcome<Header> decode_header(BytesView rlp) {
    auto list = rlp::read_list(rlp);
    if (!list) return Fail{block_error(list.error())};
    Header h;
    FieldReader r{*list, {}};
    r.fixed(h.parent_hash);
    r.fixed(h.ommers_hash);
    r.fixed(h.coinbase);
    r.fixed(h.state_root);
    r.fixed(h.transactions_root);
    r.fixed(h.receipts_root);
    r.fixed(h.logs_bloom);
    const BytesView difficulty = r.take(r.in.integer(32));
    h.difficulty = uint256::from_be(difficulty.data(), difficulty.size());
    r.u64(h.number);
    r.u64(h.gas_limit);
    r.u64(h.gas_used);
    r.u64(h.timestamp);
    h.extra_data = r.take(r.in.bytes());
    r.fixed(h.prev_randao);
    r.fixed(h.nonce);
    r.u64(h.base_fee);
    // What forks add comes in groups: a header has all of a group or nothing of it.
    const size_t more = count_items(r.in);
    if (!r.error && more > Header::AMSTERDAM_FIELDS - Header::PARIS_FIELDS) return Fail{ErrorCode::fork_not_supported};
    if (!r.error && more != 0 && more != 1 && more != 4 && more != 5 && more != 7) return Fail{ErrorCode::block_format};
    h.fields = Header::PARIS_FIELDS + static_cast<unsigned>(more);
    if (more >= 1) r.fixed(h.withdrawals_root);
    if (more >= 4) {
        r.u64(h.blob_gas_used);
        r.u64(h.excess_blob_gas);
        r.fixed(h.parent_beacon_root);
    }
    if (more >= 5) r.fixed(h.requests_hash);
    if (more >= 7) {
        r.fixed(h.access_list_hash);
        r.u64(h.slot_number);
    }
    if (r.error) return Fail{*r.error};
    h.hash = hash::keccak256(rlp);
    return h;
}

uint64_t next_base_fee(const Header& parent) {
    const uint64_t target = parent.gas_limit / ELASTICITY;
    if (parent.gas_used == target || target == 0) return parent.base_fee;
    const bool up = parent.gas_used > target;
    const uint64_t distance = up ? parent.gas_used - target : target - parent.gas_used;
    const uint256 delta =
        uint256{parent.base_fee} * uint256{distance} / uint256{target} / uint256{BASE_FEE_DENOMINATOR};
    const uint64_t d = delta.low64();
    if (!up) return parent.base_fee - d;
    return parent.base_fee + (d ? d : 1);
}

evm::uint256 blob_base_fee(const BlobParameters& parameters, uint64_t excess_blob_gas) {
    constexpr uint64_t MAX_EXPONENT = 120;
    const uint64_t denominator = parameters.update_fraction;
    uint64_t numerator = excess_blob_gas;
    if (numerator / denominator >= MAX_EXPONENT) numerator = denominator * MAX_EXPONENT;
    // fake_exponential of EIP-4844: e^(numerator / denominator) by its series, rounded down.
    uint256 sum, term{denominator};
    for (uint64_t i = 1; !term.is_zero(); i++) {
        sum = sum + term;
        term = term * uint256{numerator} / uint256{denominator * i};
    }
    return sum / uint256{denominator};
}

uint64_t next_excess_blob_gas(const ChainConfig& config, const Header& parent, uint64_t number, uint64_t timestamp) {
    // The parameters are those of the child's time; a parent from before Cancun counts as empty.
    const BlobParameters p = config.blob_parameters(timestamp);
    const uint64_t target = p.target * GAS_PER_BLOB;
    const uint64_t sum = parent.excess_blob_gas + parent.blob_gas_used;
    if (sum < target) return 0;
    const auto revision = config.revision(number, timestamp);
    if (revision && *revision >= Revision::osaka) {
        // EIP-7918: while execution gas for a blob costs more than the blob, the price does not fall.
        const uint256 reserve = uint256{BLOB_BASE_COST} * uint256{parent.base_fee};
        const uint256 price = uint256{GAS_PER_BLOB} * blob_base_fee(p, parent.excess_blob_gas);
        if (reserve > price) return parent.excess_blob_gas + parent.blob_gas_used * (p.max - p.target) / p.max;
    }
    return sum - target;
}

Outcome<void> check_blob_gas(const ChainConfig& config, const Header& h, uint64_t used) {
    if (h.blob_gas_used == used) return {};
    const bool above =
        h.fields >= Header::CANCUN_FIELDS && h.blob_gas_used > config.blob_parameters(h.timestamp).max * GAS_PER_BLOB;
    return Fail{above ? ErrorCode::blob_gas_above_limit : ErrorCode::blob_gas_used};
}

Outcome<void> validate_header(const ChainConfig& config, const Header& h, const Header& parent) {
    const auto revision = config.revision(h.number, h.timestamp);
    if (!revision) return Fail{ErrorCode::fork_not_supported};
    if (h.parent_hash != parent.hash) return Fail{Error{ErrorCode::unknown_parent, parent.hash}};
    if (h.fields != fields_of(*revision)) return Fail{wrong_fields(config, *revision, h.fields)};
    if (parent.number == ~uint64_t{0} || h.number != parent.number + 1) return Fail{ErrorCode::block_number};
    if (h.timestamp <= parent.timestamp) return Fail{ErrorCode::timestamp};
    if (h.extra_data.size() > MAX_EXTRA_DATA) return Fail{ErrorCode::extra_data_too_big};
    if (!h.difficulty.is_zero()) return Fail{ErrorCode::difficulty};
    if (!h.nonce.is_zero()) return Fail{ErrorCode::pow_nonce};
    if (h.ommers_hash != NO_OMMERS) return Fail{ErrorCode::uncles};
    if (h.gas_limit > MAX_GAS_LIMIT) return Fail{ErrorCode::gas_limit_too_big};
    const uint64_t change =
        h.gas_limit > parent.gas_limit ? h.gas_limit - parent.gas_limit : parent.gas_limit - h.gas_limit;
    if (change >= parent.gas_limit / GAS_LIMIT_BOUND || h.gas_limit < MIN_GAS_LIMIT) return Fail{ErrorCode::gas_limit};
    if (h.gas_used > h.gas_limit) return Fail{ErrorCode::gas_used_above_limit};
    if (h.base_fee != next_base_fee(parent)) return Fail{ErrorCode::base_fee};
    if (*revision >= Revision::cancun) {
        if (h.excess_blob_gas != next_excess_blob_gas(config, parent, h.number, h.timestamp))
            return Fail{ErrorCode::excess_blob_gas};
    }
    return {};
}

}  // namespace ashlar::ethereum
