// SPDX-License-Identifier: Apache-2.0
#include "libs/ethereum/chain_config.hpp"

#include "libs/ethereum/codec.hpp"
#include "libs/hash/keccak256.hpp"

namespace ashlar::ethereum {

namespace {

constexpr uint32_t ENCODING_VERSION = 2;
constexpr uint32_t MAX_BLOB_ENTRIES = 64, MAX_BLOBS = 4096;

constexpr uint8_t digit(char c) { return static_cast<uint8_t>(c <= '9' ? c - '0' : c - 'a' + 10); }
constexpr Address address(const char (&hex)[41]) {
    Address a;
    for (size_t i = 0; i < 20; i++) a[i] = static_cast<uint8_t>(digit(hex[2 * i]) << 4 | digit(hex[2 * i + 1]));
    return a;
}

// EIP-4844, EIP-7691, EIP-7892 (BPO1, BPO2).
constexpr BlobParameters CANCUN_BLOBS{0, 3, 6, 3338477};
constexpr BlobParameters PRAGUE_BLOBS{0, 6, 9, 5007716};
constexpr BlobParameters BPO1_BLOBS{0, 10, 15, 8346193};
constexpr BlobParameters BPO2_BLOBS{0, 14, 21, 11684671};

BlobParameters from(uint64_t time, BlobParameters p) {
    p.timestamp = time;
    return p;
}

struct Schedule {
    std::string_view name;
    uint64_t chain_id, paris_block, shanghai, cancun, prague, osaka, bpo1, bpo2, amsterdam;
    Address deposit_contract;
};

constexpr Schedule CHAINS[] = {
    {"mainnet", 1, 15537394, 1681338455, 1710338135, 1746612311, 1764798551, 1765290071, 1767747671, ChainConfig::NEVER,
     address("00000000219ab540356cbb839cbe05303d7705fa")},
    {"sepolia", 11155111, 1450409, 1677557088, 1706655072, 1741159776, 1760427360, 1761017184, 1761607008, 1791294816,
     address("7f02c3e3c98b133055b8b348b2ac625669ed295d")},
    {"holesky", 17000, 0, 1696000704, 1707305664, 1740434112, 1759308480, 1759800000, 1760389824, ChainConfig::NEVER,
     address("4242424242424242424242424242424242424242")},
    {"hoodi", 560048, 0, 0, 0, 1742999832, 1761677592, 1762365720, 1762955544, ChainConfig::NEVER,
     address("00000000219ab540356cbb839cbe05303d7705fa")},
};

ChainConfig make(const Schedule& s) {
    ChainConfig c = base_config(s.chain_id);
    c.paris_block = s.paris_block;
    c.shanghai_time = s.shanghai;
    c.cancun_time = s.cancun;
    c.prague_time = s.prague;
    c.osaka_time = s.osaka;
    c.amsterdam_time = s.amsterdam;
    c.deposit_contract = s.deposit_contract;
    c.blobs = {from(s.cancun, CANCUN_BLOBS), from(s.prague, PRAGUE_BLOBS), from(s.osaka, PRAGUE_BLOBS),
               from(s.bpo1, BPO1_BLOBS), from(s.bpo2, BPO2_BLOBS)};
    return c;
}

}  // namespace

ChainConfig base_config(uint64_t chain_id) {
    ChainConfig c;
    c.chain_id = chain_id;
    c.deposit_contract = CHAINS[0].deposit_contract;
    c.beacon_roots_contract = address("000f3df6d732807ef1319fb7b8bb8522d0beac02");
    c.history_contract = address("0000f90827f1c53a10cb7a02335b175320002935");
    c.withdrawal_requests_contract = address("00000961ef480eb55e80d19ad83579a64c007002");
    c.consolidation_requests_contract = address("0000bbddc7ce488642fb579f8b00f3a590007251");
    c.builder_deposits_contract = address("0000bff46984e3725691fa540a8c7589300d8282");
    c.builder_exits_contract = address("000064d678505ad48f8ccb093bc65613800e8282");
    return c;
}

std::optional<ChainConfig> known_chain(std::string_view name) {
    for (const Schedule& s : CHAINS)
        if (s.name == name) return make(s);
    return std::nullopt;
}

std::optional<ChainConfig> known_chain(uint64_t chain_id) {
    for (const Schedule& s : CHAINS)
        if (s.chain_id == chain_id) return make(s);
    return std::nullopt;
}

std::optional<evm::Revision> ChainConfig::revision(uint64_t number, uint64_t timestamp) const {
    const auto active = [&](uint64_t from) { return from != NEVER && timestamp >= from; };
    if (active(amsterdam_time)) return evm::Revision::amsterdam;
    if (active(osaka_time)) return evm::Revision::osaka;
    if (active(prague_time)) return evm::Revision::prague;
    if (active(cancun_time)) return evm::Revision::cancun;
    if (active(shanghai_time)) return evm::Revision::shanghai;
    if (number >= paris_block) return evm::Revision::paris;
    return std::nullopt;
}

BlobParameters ChainConfig::blob_parameters(uint64_t timestamp) const {
    BlobParameters active = CANCUN_BLOBS;
    for (const BlobParameters& p : blobs)
        if (p.timestamp != NEVER && p.timestamp <= timestamp) active = p;
    return active;
}

Bytes ChainConfig::encode() const {
    Encoder e;
    e.u32(ENCODING_VERSION);
    e.u64(chain_id);
    e.u64(paris_block);
    for (uint64_t t : {shanghai_time, cancun_time, prague_time, osaka_time, amsterdam_time}) e.u64(t);
    e.u32(static_cast<uint32_t>(blobs.size()));
    for (const BlobParameters& p : blobs) {
        e.u64(p.timestamp);
        e.u32(p.target);
        e.u32(p.max);
        e.u64(p.update_fraction);
    }
    for (const Address& a : {deposit_contract, beacon_roots_contract, history_contract, withdrawal_requests_contract,
                             consolidation_requests_contract, builder_deposits_contract, builder_exits_contract})
        e.raw(a.view());
    return std::move(e.out);
}

std::optional<ChainConfig> ChainConfig::decode(BytesView encoded) {
    Decoder d(encoded);
    if (d.u32() != ENCODING_VERSION) return std::nullopt;
    ChainConfig c;
    c.chain_id = d.u64();
    c.paris_block = d.u64();
    for (uint64_t* t : {&c.shanghai_time, &c.cancun_time, &c.prague_time, &c.osaka_time, &c.amsterdam_time})
        *t = d.u64();
    const uint32_t count = d.u32();
    if (count > MAX_BLOB_ENTRIES) return std::nullopt;
    for (uint32_t i = 0; i < count; i++) {
        BlobParameters p;
        p.timestamp = d.u64();
        p.target = d.u32();
        p.max = d.u32();
        p.update_fraction = d.u64();
        if (p.update_fraction == 0 || p.update_fraction >> 40 || p.max == 0 || p.max > MAX_BLOBS || p.target > p.max)
            return std::nullopt;
        c.blobs.push_back(p);
    }
    for (Address* a :
         {&c.deposit_contract, &c.beacon_roots_contract, &c.history_contract, &c.withdrawal_requests_contract,
          &c.consolidation_requests_contract, &c.builder_deposits_contract, &c.builder_exits_contract})
        *a = d.fixed<20>();
    if (!d.finished()) return std::nullopt;
    return c;
}

Bytes32 ChainConfig::digest() const { return hash::keccak256(encode()); }

}  // namespace ashlar::ethereum
