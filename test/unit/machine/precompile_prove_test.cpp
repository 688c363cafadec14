// SPDX-License-Identifier: Apache-2.0
// Every precompile call of the ABI from a guest: executed, proven, verified, and what the verified proof commits
// compared with results of GMP and OpenSSL.
#include <gmp.h>
#include <openssl/evp.h>

#include <catch2/catch.hpp>
#include <random>
#include <set>

#include "libs/hash/poseidon2.hpp"
#include "libs/machine/prover.hpp"
#include "libs/rv32/assembler.hpp"
#include "libs/rv32/call_table.hpp"

using namespace ashlar;
using guest::Syscall;

namespace {

using Words = std::vector<uint32_t>;

std::mt19937_64& random_source() {
    static std::mt19937_64 r(20261122);
    return r;
}
Words random_words(size_t n) {
    Words w(n);
    for (uint32_t& x : w) x = static_cast<uint32_t>(random_source()());
    return w;
}
Words concat(std::initializer_list<Words> parts) {
    Words out;
    for (const Words& p : parts) out.insert(out.end(), p.begin(), p.end());
    return out;
}

/// A non-negative integer on GMP.
class Number {
  public:
    Number(unsigned long v = 0) { mpz_init_set_ui(n_, v); }
    explicit Number(const char* hex) { mpz_init_set_str(n_, hex, 16); }
    explicit Number(const Words& w) {
        mpz_init(n_);
        mpz_import(n_, w.size(), -1, 4, 0, 0, w.data());
    }
    Number(const Number& o) { mpz_init_set(n_, o.n_); }
    Number& operator=(const Number& o) {
        mpz_set(n_, o.n_);
        return *this;
    }
    ~Number() { mpz_clear(n_); }
    Words words(size_t count) const {
        Words w(count + 1);
        size_t used = 0;
        REQUIRE(mpz_sizeinbase(n_, 2) <= 32 * count);
        mpz_export(w.data(), &used, -1, 4, 0, 0, n_);
        w.resize(count);
        return w;
    }
    bool is_odd() const { return mpz_odd_p(n_) != 0; }
    bool is_zero() const { return mpz_sgn(n_) == 0; }
    friend Number operator+(const Number& a, const Number& b) { return make(mpz_add, a, b); }
    friend Number operator-(const Number& a, const Number& b) { return make(mpz_sub, a, b); }  // may be negative
    friend Number operator*(const Number& a, const Number& b) { return make(mpz_mul, a, b); }
    friend Number operator/(const Number& a, const Number& b) { return make(mpz_fdiv_q, a, b); }
    friend Number operator%(const Number& a, const Number& m) { return make(mpz_mod, a, m); }
    friend bool operator==(const Number& a, const Number& b) { return mpz_cmp(a.n_, b.n_) == 0; }
    friend bool operator<(const Number& a, const Number& b) { return mpz_cmp(a.n_, b.n_) < 0; }
    Number inverse(const Number& m) const {
        Number r;
        REQUIRE(mpz_invert(r.n_, n_, m.n_) != 0);
        return r;
    }
    Number power(const Number& e, const Number& m) const {
        Number r;
        mpz_powm(r.n_, n_, e.n_, m.n_);
        return r;
    }

  private:
    template <class Operation>
    static Number make(Operation op, const Number& a, const Number& b) {
        Number r;
        op(r.n_, a.n_, b.n_);
        return r;
    }
    mpz_t n_;
};

/// One call: its buffers before (out at the pointer that is overwritten) and the words it leaves in the out buffer.
struct Case {
    Syscall word;
    Words out, in;      // one buffer if `in` is empty
    uint32_t sign = 0;  // a1 where it is no pointer
    size_t first = 0;   // of the result in the out buffer
    Words result = {};
};

// --- expected results ---

struct Field {
    Number p;
    size_t words;
    Number random() const { return Number(random_words(words + 1)) % p; }
    Words plain(const Number& n) const { return (n % p).words(words); }
};
struct Curve {
    Field f;
    Number a, b;
    Words point(const Number& x, const Number& y) const { return concat({x.words(f.words), y.words(f.words)}); }
    Words third(const Number& x, const Number& y, const Number& other, const Number& slope) const {
        const Number x3 = (slope * slope - x - other) % f.p;
        return concat({x3.words(f.words), f.plain(slope * (x - x3) - y)});
    }
    Case addition(Syscall word, const Number& x, const Number& y, const Number& x2, const Number& y2) const {
        const Number slope = (y2 - y) * ((x2 - x) % f.p).inverse(f.p) % f.p;
        return {word, point(x, y), point(x2, y2), 0, 0, third(x, y, x2, slope)};
    }
    Case doubling(Syscall word, const Number& x, const Number& y) const {
        const Number slope = (3 * x * x + a) * (2 * y).inverse(f.p) % f.p;
        return {word, point(x, y), {}, static_cast<uint32_t>(random_source()()), 0, third(x, y, x, slope)};
    }
    /// The least x from `from` on that has a point; p = 3 mod 4.
    Case decompression(Syscall word, Number x, uint32_t sign, bool by_order) const {
        for (;; x = (x + 1) % f.p) {
            const Number yy = (x * x * x + a * x + b) % f.p;
            const Number y = yy.power((f.p + 1) / 4, f.p), other = (f.p - y) % f.p;
            if (!(y * y % f.p == yy)) continue;
            const bool is_one = by_order ? other < y : y.is_odd();
            const Number& root = is_one == (sign == 1) ? y : other;
            return {word, concat({random_words(f.words), x.words(f.words)}), {}, sign, 0, root.words(f.words)};
        }
    }
    std::vector<Case> cases(Syscall add, Syscall twice) const {
        const Number last = f.p - 1;
        return {addition(add, f.random(), f.random(), f.random(), f.random()),
                addition(add, 0, 0, 1, 0),
                addition(add, last, last, 0, 0),
                addition(add, 7, last, 8, 3),
                doubling(twice, f.random(), f.random()),
                doubling(twice, 0, 1),
                doubling(twice, last, last),
                doubling(twice, last, 1)};
    }
    std::vector<Case> decompressions(Syscall word, bool by_order) const {
        return {decompression(word, f.random(), 0, by_order), decompression(word, f.random(), 1, by_order),
                decompression(word, 1, 0, by_order), decompression(word, 1, 1, by_order),
                decompression(word, f.p - 40, 1, by_order)};
    }
};

/// add, sub, mul have consecutive words.
Syscall operation(Syscall add, uint32_t which) { return static_cast<Syscall>(static_cast<uint32_t>(add) + which); }
Number apply(uint32_t which, const Number& a, const Number& b) {
    return which == 0 ? a + b : which == 1 ? a - b : a * b;
}

std::vector<Case> field_cases(const Field& f, Syscall add) {
    std::vector<Case> out;
    const Number last = f.p - 1;
    const Words full(f.words, 0xffff'ffff);
    const std::vector<std::pair<Words, Words>> operands = {{f.random().words(f.words), f.random().words(f.words)},
                                                           {last.words(f.words), last.words(f.words)},
                                                           {Words(f.words), last.words(f.words)},
                                                           {Words(f.words), Words(f.words)},
                                                           {full, full},
                                                           {Words(f.words), full},
                                                           {f.p.words(f.words), random_words(f.words)}};
    for (uint32_t which = 0; which < 3; which++)
        for (const auto& [x, y] : operands)
            out.push_back({operation(add, which), x, y, 0, 0, f.plain(apply(which, Number(x), Number(y)))});
    return out;
}
std::vector<Case> quadratic_cases(const Field& f, Syscall add) {
    std::vector<Case> out;
    const auto reduced = [&] { return concat({f.random().words(f.words), f.random().words(f.words)}); };
    const Number last = f.p - 1;
    const Words full(2 * f.words, 0xffff'ffff), zero(2 * f.words),
        top = concat({last.words(f.words), last.words(f.words)}),
        modulus = concat({f.p.words(f.words), f.p.words(f.words)});
    const std::vector<std::pair<Words, Words>> operands = {{reduced(), reduced()}, {top, top},        {zero, top},
                                                           {zero, modulus},        {full, reduced()}, {full, full}};
    for (uint32_t which = 0; which < 3; which++)
        for (const auto& [x, y] : operands) {
            const auto part = [&](const Words& w, size_t i) {
                const auto first = w.begin() + static_cast<std::ptrdiff_t>(i * f.words);
                return Number(Words(first, first + static_cast<std::ptrdiff_t>(f.words)));
            };
            const Number a0 = part(x, 0), a1 = part(x, 1), b0 = part(y, 0), b1 = part(y, 1);
            const Words result = which == 2 ? concat({f.plain(a0 * b0 - a1 * b1), f.plain(a0 * b1 + a1 * b0)})
                                            : concat({f.plain(apply(which, a0, b0)), f.plain(apply(which, a1, b1))});
            out.push_back({operation(add, which), x, y, 0, 0, result});
        }
    return out;
}

const Curve SECP256K1{{Number("fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f"), 8}, 0, 7};
const Curve SECP256R1{{Number("ffffffff00000001000000000000000000000000ffffffffffffffffffffffff"), 8},
                      Number("ffffffff00000001000000000000000000000000fffffffffffffffffffffffc"),
                      Number("5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b")};
const Curve BN254{{Number("30644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd47"), 8}, 0, 3};
const Curve BLS12381{
    {Number("1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaab"), 12},
    0,
    4};

std::vector<Case> edwards_cases() {
    const Field f{Number("7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffed"), 8};
    const Number d("52036cee2b6ffe738cc740797779e89800700a4d4141d8ab75eb4dca135978a3");
    std::vector<Case> out;
    const auto add = [&](const Words& p, const Words& q) {
        const auto part = [](const Words& w, std::ptrdiff_t i) {
            return Number(Words(w.begin() + 8 * i, w.begin() + 8 * i + 8));
        };
        const Number x1 = part(p, 0), y1 = part(p, 1), x2 = part(q, 0), y2 = part(q, 1),
                     e = d * x1 * x2 * y1 * y2 % f.p;
        const Number x = (x1 * y2 + y1 * x2) * ((1 + e) % f.p).inverse(f.p),
                     y = (y1 * y2 + x1 * x2) * ((1 - e) % f.p).inverse(f.p);
        out.push_back({Syscall::ED_ADD, p, q, 0, 0, concat({f.plain(x), f.plain(y)})});
    };
    /// The point with the least y from `from` on, with x of parity `sign`.
    const auto decompress = [&](Number y, uint32_t sign, uint32_t top) {
        for (;; y = y + 1) {
            const Number u = (y * y - 1) % f.p, v = (d * y * y + 1) % f.p, xx = u * v.inverse(f.p) % f.p;
            // p = 5 mod 8: xx^((p + 3) / 8), times 2^((p - 1) / 4) if need be.
            Number x = xx.power((f.p + 3) / 8, f.p);
            if (!(x * x % f.p == xx)) x = x * Number(2).power((f.p - 1) / 4, f.p) % f.p;
            if (!(x * x % f.p == xx) || (x.is_zero() && sign == 1) || (y % f.p).is_zero()) continue;
            if (x.is_odd() != (sign == 1)) x = (f.p - x) % f.p;
            Words buffer = concat({random_words(8), y.words(8)});
            buffer[15] |= top << 31;
            out.push_back({Syscall::ED_DECOMPRESS, buffer, {}, sign, 0, x.words(8)});
            return concat({x.words(8), y.words(8)});
        }
    };
    const Words p = decompress(f.random(), 0, 0), q = decompress(f.random(), 1, 1);
    decompress(1, 0, 0);        // x = 0
    decompress(f.p + 1, 0, 1);  // the same, unreduced
    decompress(2, 1, 0);
    const Words neutral = concat({Words(8), Number(1).words(8)}), full(16, 0xffff'ffff);
    add(p, q);
    add(p, p);
    add(p, neutral);
    add(neutral, neutral);
    add(full, p);
    add(random_words(16), random_words(16));
    return out;
}

std::vector<Case> uint256_cases() {
    const Words full(8, 0xffff'ffff), zero(8), one = Number(1).words(8);
    std::vector<Case> out;
    for (const auto& [x, y, m] : {std::tuple{random_words(8), random_words(8), random_words(8)},
                                  {random_words(8), random_words(8), zero},
                                  {full, full, zero},
                                  {full, full, one},
                                  {full, full, full},
                                  {full, one, full},
                                  {zero, full, one}}) {
        const Number modulus = m == zero ? Number(full) + 1 : Number(m);
        out.push_back({Syscall::UINT256_MUL, x, concat({y, m}), 0, 0, (Number(x) * Number(y) % modulus).words(8)});
    }
    return out;
}

uint32_t load_be32(const uint8_t* p) {
    return uint32_t{p[0]} << 24 | uint32_t{p[1]} << 16 | uint32_t{p[2]} << 8 | uint32_t{p[3]};
}
std::array<uint8_t, 32> digest(const EVP_MD* algorithm, const Bytes& message) {
    std::array<uint8_t, 32> out;
    unsigned size = 0;
    REQUIRE(EVP_Digest(message.data(), message.size(), out.data(), &size, algorithm, nullptr) == 1);
    REQUIRE(size == 32);
    return out;
}

/// One-block hashes: the padded block through the permutation or the compression gives the digest.
std::vector<Case> hash_cases() {
    std::vector<Case> out;
    for (size_t length : {size_t{0}, size_t{1}, size_t{55}}) {
        Bytes message(length);
        for (uint8_t& b : message) b = static_cast<uint8_t>(random_source()());
        // SHA3-256: rate 136 bytes, padding 06 .. 80.
        Bytes state(200);
        std::copy(message.begin(), message.end(), state.begin());
        state[length] = 6;
        state[135] |= 0x80;
        Words words(50), result(8);
        for (size_t i = 0; i < 50; i++) words[i] = load_le32(&state[4 * i]);
        const auto sha3 = digest(EVP_sha3_256(), message);
        for (size_t i = 0; i < 8; i++) result[i] = load_le32(&sha3[4 * i]);
        out.push_back({Syscall::KECCAK_PERMUTE, words, {}, 0, 0, result});
        // SHA-256: FIPS 180-4 section 5; the schedule is computed from its definition.
        Bytes block(64);
        std::copy(message.begin(), message.end(), block.begin());
        block[length] = 0x80;
        store_be64(&block[56], 8 * length);
        Words w(64), schedule(64);
        for (size_t i = 0; i < 16; i++) w[i] = schedule[i] = load_be32(&block[4 * i]);
        const auto rotate = [](uint32_t x, int n) { return x >> n | x << (32 - n); };
        for (size_t i = 16; i < 64; i++)
            schedule[i] =
                (rotate(schedule[i - 2], 17) ^ rotate(schedule[i - 2], 19) ^ schedule[i - 2] >> 10) + schedule[i - 7] +
                (rotate(schedule[i - 15], 7) ^ rotate(schedule[i - 15], 18) ^ schedule[i - 15] >> 3) + schedule[i - 16];
        out.push_back({Syscall::SHA_EXTEND, w, {}, 0, 0, schedule});
        const Words initial = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                               0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
        const auto sha2 = digest(EVP_sha256(), message);
        for (size_t i = 0; i < 8; i++) result[i] = load_be32(&sha2[4 * i]);
        out.push_back({Syscall::SHA_COMPRESS, initial, schedule, 0, 0, result});
    }
    // Published value of the permutation over KoalaBear, and unreduced input words.
    Words counting(16), most(16, 0xffff'ffff), expected(16);
    for (uint32_t i = 0; i < 16; i++) counting[i] = i;
    out.push_back({Syscall::POSEIDON2_PERMUTE,
                   random_words(16),
                   counting,
                   0,
                   0,
                   {1590150808, 752905857, 454775665, 1331766899, 928627856, 22411702, 849412166, 1523865610, 953175503,
                    742561923, 305406180, 2130544086, 1587351205, 1604871446, 281895798, 324762066}});
    hash::Poseidon2<16>::State s;
    for (field::F& x : s) x = field::F::from_canonical(0xffff'ffffu % field::F::P);
    hash::Poseidon2<16>::permute(s);
    for (size_t i = 0; i < 16; i++) expected[i] = s[i].canonical();
    out.push_back({Syscall::POSEIDON2_PERMUTE, random_words(16), most, 0, 0, expected});
    return out;
}

// --- the guest ---

constexpr uint32_t MULTIPLIER = 0x9e37'79b1;

/// Makes the calls; committed word i % 8 is a polynomial in MULTIPLIER of the results of calls i.
rv32::Program program_of(const std::vector<Case>& cases) {
    using enum rv32::Opcode;
    using namespace rv32::registers;
    rv32::Assembler a;
    constexpr uint8_t SUMS[8] = {S0, S1, S2, S3, S4, S5, S6, S7};
    a.li(S10, MULTIPLIER);
    Words data;
    const uint32_t base = 0x0100'0000;
    const auto place = [&](const Words& w) {
        const uint32_t at = base + 4 * static_cast<uint32_t>(data.size());
        data.insert(data.end(), w.begin(), w.end());
        return at;
    };
    for (size_t i = 0; i < cases.size(); i++) {
        const Case& c = cases[i];
        const auto& shape = rv32::CALLS[*rv32::find_call(static_cast<uint32_t>(c.word))].shape;
        const uint32_t out = place(c.out), in = c.in.empty() ? c.sign : place(c.in);
        const bool out_first = shape.out_pointer == rv32::PointerRegister::a0;
        a.call(c.word, out_first ? out : in, out_first ? in : out);
        a.li(S8, out + 4 * static_cast<uint32_t>(c.first));
        a.li(S9, static_cast<uint32_t>(c.result.size()));
        const auto next_word = a.label_here();
        a.load(lw, T1, S8, 0);
        a.op(mul, SUMS[i % 8], SUMS[i % 8], S10);
        a.op(add, SUMS[i % 8], SUMS[i % 8], T1);
        a.immediate(addi, S8, S8, 4);
        a.immediate(addi, S9, S9, -1);
        a.branch(bne, S9, ZERO, next_word);
    }
    for (uint32_t i = 0; i < 8; i++) {
        a.li(A0, i);
        a.mv(A1, SUMS[i]);
        a.call(Syscall::COMMIT);
    }
    a.halt();
    rv32::Program program = a.program();
    for (size_t i = 0; i < data.size(); i++)
        if (data[i] != 0) program.image.push_back({base / 4 + static_cast<uint32_t>(i), data[i]});
    return program;
}

/// Proves all cases in one run and compares what it commits.
void prove(const std::vector<Case>& cases) {
    std::array<uint32_t, 8> expected{};
    for (size_t i = 0; i < cases.size(); i++)
        for (uint32_t w : cases[i].result) expected[i % 8] = expected[i % 8] * MULTIPLIER + w;
    exec::ThreadPool pool(2);
    auto key = machine::setup(program_of(cases), *iop::named_profile("test"), exec::best_isa(), pool);
    REQUIRE(key);
    const auto run = machine::prove_run(*key, {}, {.threads = 2, .check_committed = false});
    if (!run) FAIL(run.error().code << ": " << run.error().message);
    const auto claims = machine::verify_run(key->vk, run->proof, {.allow_test_profiles = true});
    REQUIRE(claims);
    for (size_t i = 0; i < 8; i++) {
        INFO("calls " << i << ", " << i + 8 << ", ..");
        CHECK(claims->committed_digest[i] == expected[i]);
    }
}

std::vector<Case> join(std::initializer_list<std::vector<Case>> parts) {
    std::vector<Case> out;
    for (const auto& p : parts) out.insert(out.end(), p.begin(), p.end());
    return out;
}

std::vector<std::vector<Case>> groups() {
    using enum Syscall;
    return {
        join({SECP256K1.cases(SECP256K1_ADD, SECP256K1_DOUBLE), SECP256K1.decompressions(SECP256K1_DECOMPRESS, false),
              field_cases(SECP256K1.f, SECP256K1_FP_ADD), SECP256R1.cases(SECP256R1_ADD, SECP256R1_DOUBLE),
              SECP256R1.decompressions(SECP256R1_DECOMPRESS, false)}),
        join({BN254.cases(BN254_ADD, BN254_DOUBLE), field_cases(BN254.f, BN254_FP_ADD),
              quadratic_cases(BN254.f, BN254_FP2_ADD)}),
        join({BLS12381.cases(BLS12381_ADD, BLS12381_DOUBLE), BLS12381.decompressions(BLS12381_DECOMPRESS, true),
              field_cases(BLS12381.f, BLS12381_FP_ADD), quadratic_cases(BLS12381.f, BLS12381_FP2_ADD)}),
        join({edwards_cases(), uint256_cases(), hash_cases()})};
}

}  // namespace

TEST_CASE("results of the precompile calls are proven and are those of other libraries", "[machine_precompiles]") {
    std::set<uint32_t> called;
    for (const auto& cases : groups()) {
        for (const Case& c : cases) called.insert(static_cast<uint32_t>(c.word));
        prove(cases);
    }
    for (const rv32::CallInfo& call : rv32::CALLS) {
        INFO(call.name);
        CHECK(called.contains(static_cast<uint32_t>(call.word)) == call.is_precompile());
    }
}

TEST_CASE("a precompile call that faults is a guest fault and proves nothing", "[machine_precompiles]") {
    using enum Syscall;
    exec::ThreadPool pool(2);
    const auto outcome = [&](Case c) {
        c.result = {0};
        auto key = machine::setup(program_of({c}), *iop::named_profile("test"), exec::best_isa(), pool);
        REQUIRE(key);
        const auto run = machine::prove_run(*key, {}, {.threads = 2, .check_committed = false});
        return run ? std::string() : run.error().code;
    };
    const Words x = SECP256K1.f.random().words(8), y = SECP256K1.f.random().words(8), point = concat({x, y});
    CHECK(outcome({SECP256K1_ADD, point, point}) == "guest_fault");
    CHECK(outcome({BN254_DOUBLE, Words(16), {}}) == "guest_fault");
    CHECK(outcome({SECP256R1_DECOMPRESS, Words(16, 0xffff'ffff), {}}) == "guest_fault");
    CHECK(outcome({BLS12381_DECOMPRESS, Words(24, 1), {}, 2}) == "guest_fault");
    CHECK(outcome({ED_DECOMPRESS, Words(16), {}}) == "guest_fault");
    CHECK(outcome({BN254_FP2_SUB, Words(16), Words(16, 0xffff'ffff)}) == "guest_fault");
    CHECK(outcome({KECCAK_PERMUTE, Words(50), {}, 1}) == "guest_fault");
}
