// SPDX-License-Identifier: Apache-2.0
#include "test/bench/ethereum/worst_families.hpp"

#include <fstream>
#include <map>
#include <random>

#include "libs/base/hex.hpp"
#include "libs/evm/opcodes.hpp"

namespace ashlar::bench {
namespace {

using namespace evm;

Bytes operator+(Bytes a, const Bytes& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
}
Bytes push(uint64_t value, unsigned size = 4) {
    Bytes b{static_cast<uint8_t>(PUSH0 + size)};
    for (unsigned i = size; i-- > 0;) b.push_back(static_cast<uint8_t>(value >> (8 * i)));
    return b;
}
Bytes push_word(const Bytes& word) { return Bytes{PUSH0 + 32} + word; }
Bytes dup(unsigned n) { return {static_cast<uint8_t>(DUP1 + n - 1)}; }
Bytes swap(unsigned n) { return {static_cast<uint8_t>(SWAP1 + n - 1)}; }
Bytes repeat(const Bytes& body, size_t times) {
    Bytes b;
    for (size_t i = 0; i < times; i++) b = std::move(b) + body;
    return b;
}

/// `setup`, then `body` again and again while more than `reserve` gas is left; `data` lies in memory from 0 on. The
/// body must leave the stack as it finds it, and all its repetitions between two looks at the gas take at most
/// `reserve`.
Bytes loop(const Bytes& setup, const Bytes& body, size_t times, uint64_t reserve, const Bytes& data = {}) {
    const auto make = [&](uint64_t data_at) {
        Bytes b = push(data.size()) + push(data_at) + Bytes{PUSH0, CODECOPY} + setup;
        const size_t start = b.size();
        b = std::move(b) + Bytes{JUMPDEST} + repeat(body, times) + push(reserve) + Bytes{GAS, GT} + push(start);
        return std::move(b) + Bytes{JUMPI, STOP};
    };
    return make(make(0).size()) + data;
}

Bytes word(uint64_t v) {
    Bytes b(32);
    store_be64(b.data() + 24, v);
    return b;
}

constexpr uint64_t CONTRACT = 0xc0de00, FIRST_ACCOUNT = 0x1000000, SPARE_GAS = 30'000;

class Families {
  public:
    Families(uint64_t gas, std::string only) : gas_(gas), only_(std::move(only)), rng_(1) {}
    std::vector<Family> out;

    bool wanted(const std::string& name) const { return name.find(only_) != std::string::npos; }
    Bytes random(size_t size) {
        Bytes b(size);
        for (auto& x : b) x = static_cast<uint8_t>(rng_());
        return b;
    }
    /// A contract with this code, called once with all the gas.
    void add(const std::string& name, Bytes code, std::vector<test::AccountSpec> accounts = {}, bool osaka = true,
             std::vector<std::pair<uint64_t, uint64_t>> storage = {}) {
        if (!wanted(name)) return;
        Family f{name, osaka, std::move(accounts), {}};
        f.accounts.push_back({.address = test::numbered_address(CONTRACT),
                              .nonce = 1,
                              .code = std::move(code),
                              .storage = std::move(storage)});
        f.transactions.push_back({.to = test::numbered_address(CONTRACT), .gas_limit = gas_, .data = {}});
        out.push_back(std::move(f));
    }
    /// An instruction on operands that stay on the stack: `body` leaves the stack as it was.
    void instruction(const std::string& name, const Bytes& setup, const Bytes& body, size_t times = 200,
                     const Bytes& data = {}) {
        add(name, loop(setup, body, times, SPARE_GAS, data));
    }
    /// A precompiled contract on one input. @param price  what a call of it costs.
    void precompile(const std::string& name, uint64_t number, const Bytes& input, uint64_t price, bool osaka = true) {
        const Bytes call =
            Bytes{PUSH0, PUSH0} + push(input.size()) + Bytes{PUSH0} + push(number, 2) + Bytes{GAS, STATICCALL, POP};
        const size_t times = price < 3000 ? 16 : 1;
        const uint64_t memory = input.size() / 32 * 3 + input.size() / 32 * (input.size() / 32) / 512;
        // All but a 64th of the gas reaches the callee.
        add(name, loop({}, call, times, (price + 200) * times * 65 / 64 + 1000 + memory, input), {}, osaka);
    }
    uint64_t gas() const { return gas_; }

  private:
    uint64_t gas_;
    std::string only_;
    std::mt19937_64 rng_;
};

void add_hashes(Families& f) {
    Bytes signature = f.random(32) + word(27) +
                      *from_hex("79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798") + word(12345);
    f.precompile("ecrecover", 1, signature, 3000);
    signature[64] ^= 1;
    f.precompile("ecrecover, other r", 1, signature, 3000);
    for (size_t size : {size_t{32}, size_t{8192}}) {
        const std::string of = " " + std::to_string(size) + " B";
        const uint64_t words = size / 32;
        f.precompile("sha256" + of, 2, f.random(size), 60 + 12 * words);
        f.precompile("ripemd160" + of, 3, f.random(size), 600 + 120 * words);
        f.precompile("identity" + of, 4, f.random(size), 15 + 3 * words);
        f.instruction("KECCAK256" + of, {}, push(size) + Bytes{PUSH0, KECCAK256, POP}, size == 32 ? 100 : 10,
                      f.random(size));
        f.instruction("KECCAK256 unaligned" + of, {}, push(size) + Bytes{PUSH0 + 1, 3, KECCAK256, POP},
                      size == 32 ? 100 : 10, f.random(size + 32));
    }
    const uint64_t rounds = f.gas() / 3;
    Bytes blake = f.random(213);
    for (int i = 0; i < 4; i++) blake[static_cast<size_t>(i)] = static_cast<uint8_t>(rounds >> (24 - 8 * i));
    blake[212] = 1;
    f.precompile("blake2f", 9, blake, rounds);
    blake[0] = blake[1] = blake[2] = 0, blake[3] = 12;
    f.precompile("blake2f, 12 rounds", 9, blake, 12);
}

/// @param exponent_bits  all ones. Prices: EIP-2565 and EIP-7883.
void add_modexp(Families& f, size_t size, size_t exponent_bits, bool even, const char* note) {
    const size_t exponent_size = (exponent_bits + 7) / 8;
    Bytes exponent(exponent_size, 0xff);
    if (exponent_bits % 8) exponent[0] = static_cast<uint8_t>(0xff >> (8 - exponent_bits % 8));
    Bytes modulus = f.random(size);
    modulus[0] |= 0x80;
    modulus.back() = even ? static_cast<uint8_t>(modulus.back() & 0xf8) : static_cast<uint8_t>(modulus.back() | 1);
    Bytes base = f.random(size);
    base[0] &= 0x7f;
    const Bytes input = word(size) + word(exponent_size) + word(size) + base + exponent + modulus;
    const uint64_t words = (size + 7) / 8;
    const uint64_t head_bits =
        std::min<uint64_t>(exponent_bits - (exponent_size > 32 ? 8 * (exponent_size - 32) : 0), 256) - 1;
    for (bool osaka : {false, true}) {
        const uint64_t complexity = osaka ? (size <= 32 ? 16 : 2 * words * words) : words * words;
        const uint64_t iterations =
            std::max<uint64_t>(1, head_bits + (exponent_size > 32 ? (osaka ? 16 : 8) * (exponent_size - 32) : 0));
        const uint64_t price = osaka ? std::max<uint64_t>(500, complexity * iterations)
                                     : std::max<uint64_t>(200, complexity * iterations / 3);
        f.precompile("modexp " + std::to_string(8 * size) + " bits, exponent " + std::to_string(exponent_bits) +
                         " bits" + note + (osaka ? ", EIP-7883" : ", EIP-2565"),
                     5, input, price, osaka);
    }
}

using Vectors = std::multimap<std::string, Bytes>;
HostResult<Vectors> read_vectors(const std::string& file) {
    std::ifstream in(file);
    Vectors v;
    for (std::string name, input, output; in >> name >> input >> output;)
        if (auto b = from_hex(input)) v.emplace(name, std::move(*b));
    if (v.empty()) return fail("vectors_unreadable", file);
    return v;
}
/// The first vector of that name whose size is `size` and that is not mostly zero.
Bytes pick(const Vectors& v, const std::string& name, size_t size) {
    const auto [begin, end] = v.equal_range(name);
    for (auto it = begin; it != end; ++it) {
        if (it->second.size() != size) continue;
        size_t zeros = 0;
        for (uint8_t b : it->second) zeros += b == 0;
        if (zeros < size / 2) return it->second;
    }
    return Bytes(size);
}

void add_curves(Families& f, const Vectors& bn, const Vectors& bls) {
    const Bytes generator = word(1) + word(2);
    f.precompile("bn254 add", 6, pick(bn, "add", 128), 150);
    f.precompile("bn254 mul", 7, pick(bn, "mul", 96).size() ? generator + Bytes(32, 0xff) : Bytes{}, 6000);
    const Bytes pair = pick(bn, "pair", 384);
    f.precompile("bn254 pairing, 1 pair", 8, Bytes(pair.begin(), pair.begin() + 192), 45000 + 34000);
    f.precompile("bn254 pairing, 2 pairs", 8, pair, 45000 + 2 * 34000);
    f.precompile("bn254 pairing, 8 pairs", 8, repeat(pair, 4), 45000 + 8 * 34000);

    f.precompile("BLS G1 add", 11, pick(bls, "g1add", 256), 375);
    f.precompile("BLS G2 add", 13, pick(bls, "g2add", 512), 600);
    const auto msm = [&](const Bytes& point, size_t k) {
        Bytes b;
        for (size_t i = 0; i < k; i++) b = std::move(b) + point + f.random(32);
        return b;
    };
    const Bytes m1 = pick(bls, "g1msm", 320), m2 = pick(bls, "g2msm", 576);
    const Bytes p1(m1.begin(), m1.begin() + 128), p2(m2.begin(), m2.begin() + 256);
    f.precompile("BLS G1 MSM, 1", 12, msm(p1, 1), 12000);
    f.precompile("BLS G1 MSM, 16", 12, msm(p1, 16), 16 * 12000 * 677 / 1000);
    f.precompile("BLS G1 MSM, 128", 12, msm(p1, 128), 128 * 12000 * 519 / 1000);
    f.precompile("BLS G2 MSM, 1", 14, msm(p2, 1), 22500);
    f.precompile("BLS G2 MSM, 16", 14, msm(p2, 16), 16 * 22500 * 717 / 1000);
    f.precompile("BLS G2 MSM, 128", 14, msm(p2, 128), uint64_t{128} * 22500 * 524 / 1000);
    const Bytes bp = pick(bls, "pair", 768);
    f.precompile("BLS pairing, 1 pair", 15, Bytes(bp.begin(), bp.begin() + 384), 37700 + 32600);
    f.precompile("BLS pairing, 2 pairs", 15, bp, 37700 + 2 * 32600);
    f.precompile("BLS pairing, 8 pairs", 15, repeat(bp, 4), 37700 + 8 * 32600);
    f.precompile("BLS map to G1", 16, pick(bls, "map1", 64), 5500);
    f.precompile("BLS map to G2", 17, pick(bls, "map2", 128), 23800);
    f.precompile(
        "KZG point evaluation", 10,
        *from_hex("01e798154708fe7789429634053cbf9f99b619f9f084048927333fce637f549b564c0a11a0f704f4fc3e8acfe0f"
                  "8245f0ad1347b378fbf96e206da11a5d3630624d25032e67a7e6a4910df5834b8fe70e6bcfeeac0352434196bdf4"
                  "b2485d5a18f59a8d2a1a625a17f3fea0fe5eb8c896db3764f3185481bc22f91b4aaffcca25f26936857bc3a7c253"
                  "9ea8ec3a952b7873033e038326e87ed3e1276fd140253fa08e9fc25fb2d9a98527fc22a2c9612fbeafdad446cbc7"
                  "bcdbdcd780af2c16a"),
        50000);
    // Source: EIP-7951's test vectors.
    f.precompile(
        "P256VERIFY", 0x100,
        *from_hex("4cee90eb86eaa050036147a12d49004b6b9c72bd725d39d4785011fe190f0b4da73bd4903f0ce3b639bbbf6e8e8"
                  "0d16931ff4bcf5993d58468e8fb19086e8cac36dbcd03009df8c59286b162af3bd7fcc0450c9aa81be5d10d312af"
                  "6c66b1d604aebd3099c618202fcfe16ae7770b0c49ab5eadf74b754204a3bb6060e44eff37618b065f9832de4ca6"
                  "ca971a7a1adc826d0f7c00181a5fb2ddf79ae00b4e10e"),
        6900);
}

void add_instructions(Families& f) {
    const Bytes big = push_word(f.random(32)), big2 = push_word(f.random(32)), big3 = push_word(f.random(32));
    const Bytes half = push_word(Bytes(16) + f.random(16)), odd = push_word(Bytes(12) + f.random(20));
    const auto binary = [&](const std::string& name, const Bytes& a, const Bytes& b, Opcode op) {
        f.instruction(name, b + a, dup(2) + dup(2) + Bytes{op, POP});
    };
    binary("DIV 256 by 128 bits", big, half, DIV);
    binary("DIV 256 by 160 bits", big, odd, DIV);
    binary("DIV 256 by 32 bits", big, push(0xfedcba98), DIV);
    binary("SDIV", big, half, SDIV);
    binary("MOD", big, half, MOD);
    binary("SMOD", big, half, SMOD);
    binary("ADD", big, big2, ADD);
    binary("MUL", big, big2, MUL);
    binary("LT", big, big2, LT);
    binary("SLT", big, big2, SLT);
    binary("EQ", big, big2, EQ);
    binary("AND", big, big2, AND);
    binary("BYTE", push(7), big, BYTE);
    binary("SHL", push(77), big, SHL);
    binary("SHR", push(77), big, SHR);
    binary("SAR", push(77), big, SAR);
    binary("SIGNEXTEND", push(17), big, SIGNEXTEND);
    f.instruction("ISZERO", big, {DUP1, ISZERO, POP});
    f.instruction("NOT", big, {NOT}, 2000);
    f.instruction("CLZ", big, {DUP1, CLZ, POP});
    f.instruction("ADDMOD", big + big2 + big3, dup(3) + dup(3) + dup(3) + Bytes{ADDMOD, POP});
    f.instruction("MULMOD", big + big2 + big3, dup(3) + dup(3) + dup(3) + Bytes{MULMOD, POP});
    f.instruction("EXP 256 bits", push_word(Bytes(32, 0xff)) + big, dup(2) + dup(2) + Bytes{EXP, POP}, 10);
    f.instruction("EXP 8 bits", push(255) + big, dup(2) + dup(2) + Bytes{EXP, POP}, 100);

    f.instruction("JUMPDEST", {}, {JUMPDEST}, 10'000);
    f.instruction("PUSH1 POP", {}, Bytes{PUSH0 + 1, 1, POP}, 2000);
    f.instruction("PUSH32 POP", {}, big + Bytes{POP}, 400);
    f.instruction("DUP16 POP", repeat(push(1), 16), dup(16) + Bytes{POP}, 2000);
    f.instruction("SWAP16", repeat(push(1), 17), swap(16), 2000);
    f.instruction("PC POP", {}, {PC, POP}, 2000);
    f.instruction("GAS POP", {}, {GAS, POP}, 2000);
    f.instruction("ADDRESS POP", {}, {ADDRESS, POP}, 2000);
    f.instruction("SELFBALANCE", {}, {SELFBALANCE, POP}, 2000);
    f.instruction("JUMPI", {}, {PUSH0, PUSH0, JUMPI}, 1000);
    f.instruction("BLOCKHASH", push(1000), {DUP1, BLOCKHASH, POP}, 500);
    f.instruction("CALLDATALOAD", {}, {PUSH0, CALLDATALOAD, POP}, 1000);
    const Bytes page = f.random(64);
    f.instruction("MLOAD", {}, {PUSH0, MLOAD, POP}, 1000, page);
    f.instruction("MLOAD unaligned", {}, {PUSH0 + 1, 3, MLOAD, POP}, 1000, page);
    f.instruction("MSTORE", big, {DUP1, PUSH0, MSTORE}, 1000, page);
    f.instruction("MSTORE unaligned", big, {DUP1, PUSH0 + 1, 3, MSTORE}, 1000, page);
    f.instruction("MSTORE8", big, {DUP1, PUSH0 + 1, 3, MSTORE8}, 1000, page);
    const Bytes memory = f.random(16'500);
    const auto copy = [&](const std::string& name, uint64_t to, uint64_t from, uint64_t size, Opcode op) {
        f.instruction(name, {}, push(size) + push(from) + push(to) + Bytes{op}, size > 1000 ? 4 : 100, memory);
    };
    copy("MCOPY 8192 B", 8192, 0, 8192, MCOPY);
    copy("MCOPY 8192 B unaligned", 8193, 3, 8192, MCOPY);
    copy("MCOPY 8192 B overlapping", 1, 0, 8192, MCOPY);
    copy("MCOPY 32 B", 8192, 0, 32, MCOPY);
    copy("MCOPY 31 B unaligned", 8193, 3, 31, MCOPY);
    copy("CODECOPY 8192 B", 1, 100, 8192, CODECOPY);
    copy("CALLDATACOPY 8192 B past the end", 1, 100, 8192, CALLDATACOPY);
    f.instruction("EXTCODECOPY 8192 B warm", {}, push(8192) + push(100) + Bytes{PUSH0, ADDRESS, EXTCODECOPY}, 4,
                  memory);
    // Return data of 8192 bytes from the identity contract, copied again and again.
    f.instruction("RETURNDATACOPY 8192 B",
                  Bytes{PUSH0, PUSH0} + push(8192) + Bytes{PUSH0, PUSH0 + 1, 4, GAS, STATICCALL, POP},
                  push(8192) + Bytes{PUSH0} + push(3) + Bytes{RETURNDATACOPY}, 4, memory);
}

void add_state(Families& f) {
    const size_t touched = static_cast<size_t>(f.gas() / 2600) + 10;
    const auto counting = [](const Bytes& body) { return Bytes{DUP1} + body + Bytes{PUSH0 + 1, 1, ADD}; };
    const auto start = push(FIRST_ACCOUNT, 8);
    const auto accounts = [&](size_t n, const Bytes& code) {
        std::vector<test::AccountSpec> a;
        for (size_t i = 0; i < n; i++) {
            Bytes c = code;
            if (!c.empty()) store_be64(c.data() + c.size() - 8, i);
            a.push_back({.address = test::numbered_address(FIRST_ACCOUNT + i), .nonce = 1, .code = std::move(c)});
        }
        return a;
    };
    if (f.wanted("BALANCE cold"))
        f.add("BALANCE cold", loop(start, counting({BALANCE, POP}), 5, SPARE_GAS), accounts(20'000, {}));
    if (f.wanted("BALANCE cold, absent"))
        f.add("BALANCE cold, absent", loop(push(77, 8), counting({BALANCE, POP}), 5, SPARE_GAS), accounts(20'000, {}));
    if (f.wanted("EXTCODESIZE cold, 24 KB each"))
        f.add("EXTCODESIZE cold, 24 KB each", loop(start, counting({EXTCODESIZE, POP}), 5, SPARE_GAS),
              accounts(touched, f.random(24'576)));
    f.instruction("BALANCE warm", {}, {ADDRESS, BALANCE, POP}, 500);
    const auto slots = [](size_t n) {
        std::vector<std::pair<uint64_t, uint64_t>> s;
        for (size_t i = 0; i < n; i++) s.emplace_back(FIRST_ACCOUNT + i, i + 1);
        return s;
    };
    const size_t many = 20'000;
    if (f.wanted("SLOAD cold"))
        f.add("SLOAD cold", loop(start, counting({SLOAD, POP}), 5, SPARE_GAS), {}, true, slots(many));
    f.instruction("SLOAD warm", {}, {PUSH0, SLOAD, POP}, 500);
    if (f.wanted("SSTORE cold, changed"))
        f.add("SSTORE cold, changed", loop(start, counting({DUP1, SSTORE}), 1, SPARE_GAS), {}, true, slots(many));
    if (f.wanted("SSTORE cold, cleared"))
        f.add("SSTORE cold, cleared",
              loop(start, Bytes{PUSH0} + dup(2) + Bytes{SSTORE, PUSH0 + 1, 1, ADD}, 1, SPARE_GAS), {}, true,
              slots(many));
    f.add("SSTORE cold, new", loop(start, counting({DUP1, SSTORE}), 1, 60'000));
    f.instruction("SSTORE warm", push(1), Bytes{DUP1, PUSH0, SSTORE, PUSH0 + 1, 1, ADD}, 100);
    f.instruction("TSTORE", push(1), Bytes{DUP1, PUSH0, TSTORE, PUSH0 + 1, 1, ADD}, 100);
    f.instruction("TSTORE, new keys", push(1), Bytes{DUP1, DUP1, TSTORE, PUSH0 + 1, 1, ADD}, 100);
    f.instruction("TLOAD", {}, {PUSH0, TLOAD, POP}, 200);
    f.instruction("LOG0 empty", {}, {PUSH0, PUSH0, LOG0}, 20);
    f.instruction("LOG4 empty", {}, {PUSH0, PUSH0, PUSH0, PUSH0, PUSH0, PUSH0, LOG0 + 4}, 10);
    f.instruction("LOG0 1 KB", {}, push(1024) + Bytes{PUSH0, LOG0}, 2, f.random(1024));

    // Calls of accounts without and with code.
    const test::AccountSpec empty{.address = test::numbered_address(FIRST_ACCOUNT), .nonce = 1};
    test::AccountSpec stop = empty;
    stop.code = {STOP};
    const Bytes call = Bytes{PUSH0, PUSH0, PUSH0, PUSH0, PUSH0} + push(FIRST_ACCOUNT, 8) + Bytes{GAS, CALL, POP};
    f.add("CALL, no code", loop({}, call, 50, SPARE_GAS), {empty});
    f.add("CALL, STOP", loop({}, call, 50, SPARE_GAS), {stop});
    const Bytes valued =
        Bytes{PUSH0, PUSH0, PUSH0, PUSH0, PUSH0 + 1, 1} + push(FIRST_ACCOUNT, 8) + Bytes{PUSH0, CALL, POP};
    f.add("CALL with value", loop({}, valued, 2, SPARE_GAS), {empty});
    // Calls that use memory: returned, kept at every depth of a recursion, and in the journal of changes.
    test::AccountSpec user = empty;
    user.code = push(24'576, 2) + Bytes{PUSH0, RETURN};
    f.add("CALL, 24 KB returned", loop({}, call, 4, SPARE_GAS), {user});
    const Bytes call_self = Bytes{PUSH0, PUSH0, PUSH0, PUSH0, PUSH0, ADDRESS, GAS, CALL};
    user.code = push(1) + push(65'504) + Bytes{MSTORE} + call_self + Bytes{STOP};
    f.add("CALL, 64 KB at each depth", loop({}, call, 1, 2'000'000), {user});
    user.code = {PUSH0 + 1, 1, PUSH0, SSTORE, STOP};
    f.add("CALL, SSTORE in it", loop({}, call, 50, SPARE_GAS), {user});
    const Bytes create = Bytes{PUSH0, PUSH0, PUSH0, CREATE, POP};
    f.add("CREATE, empty", loop({}, create, 1, 70'000));
    // Init code of zeros: STOP at once, but all of it is hashed for the address.
    const Bytes create2 = Bytes{DUP1} + push(49'152) + Bytes{PUSH0, PUSH0, CREATE2, POP, PUSH0 + 1, 1, ADD};
    f.add("CREATE2, 48 KB init code", loop(push(1), create2, 1, 120'000));

    if (f.wanted("transfers")) {
        Family t{"transfers", true, {}, {}};
        for (uint64_t i = 0; i < std::max<uint64_t>(1, f.gas() / 21'000); i++)
            t.transactions.push_back(
                {.to = test::numbered_address(FIRST_ACCOUNT + i), .gas_limit = 21'000, .data = {}});
        f.out.push_back(std::move(t));
    }
    if (f.wanted("call data")) {
        Family t{"call data", true, {}, {}};
        const size_t bytes = static_cast<size_t>((f.gas() - 21'000) / 40);
        t.transactions.push_back(
            {.to = test::numbered_address(FIRST_ACCOUNT), .gas_limit = f.gas(), .data = Bytes(bytes, 1)});
        f.out.push_back(std::move(t));
    }
}

}  // namespace

HostResult<std::vector<Family>> worst_families(uint64_t gas, const std::string& vectors, const std::string& only) {
    ASHLAR_ASSIGN(const Vectors bn, read_vectors(vectors + "/bn254.txt"));
    ASHLAR_ASSIGN(const Vectors bls, read_vectors(vectors + "/bls12_381.txt"));
    Families f(gas, only);
    add_curves(f, bn, bls);
    add_modexp(f, 32, 256, false, "");
    add_modexp(f, 64, 256, false, "");
    add_modexp(f, 64, 512, false, "");
    add_modexp(f, 128, 1024, false, "");
    add_modexp(f, 256, 17, false, "");
    add_modexp(f, 256, 2, false, "");
    add_modexp(f, 256, 256, false, "");
    add_modexp(f, 256, 256, true, ", even");
    add_modexp(f, 1024, 2, false, "");
    add_modexp(f, 1024, 17, false, "");
    add_hashes(f);
    add_instructions(f);
    add_state(f);
    return std::move(f.out);
}

}  // namespace ashlar::bench
