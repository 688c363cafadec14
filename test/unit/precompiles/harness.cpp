// SPDX-License-Identifier: Apache-2.0
#include "test/unit/precompiles/harness.hpp"

namespace ashlar::chips::test {

const char* Machine::call(Syscall word, uint32_t a0, uint32_t a1, const std::vector<uint32_t>* forced) {
    const uint32_t t = now_;
    rv32::CallRecord record{};
    record.t = t;
    record.word = static_cast<uint32_t>(word);
    record.a0 = a0;
    record.a1 = a1;
    record.first_access = static_cast<uint32_t>(chunk.accesses.size());
    const auto access = [&](uint32_t w, uint32_t time, const uint32_t* value) {
        Word& m = memory_[w];
        chunk.accesses.push_back({w, time, m.t, m.value, value ? *value : m.value});
        m.t = time;
        if (value) m.value = *value;
    };
    const char* fault = nullptr;
    if (word == Syscall::VERIFY_PICO_PROOF) {
        std::vector<F> input;
        for (uint32_t i = 0; i < 9; i++) input.push_back(F::reduce(memory_[rv32::WORD_DEFERRED_CHAIN + i].value));
        for (uint32_t pointer : {a0, a1}) {
            for (uint32_t i = 0; i < 8; i++) {
                access(pointer / 4 + i, t + (pointer == a0 && chunk.accesses.size() < record.first_access + 8 ? 0 : 1),
                       nullptr);
                const uint32_t w = chunk.accesses[chunk.accesses.size() - 1].value;
                input.push_back(F::from_canonical(w & 0xffff));
                input.push_back(F::from_canonical(w >> 16));
            }
        }
        const hash::Digest digest = hash::hash_elements(input);
        for (uint32_t i = 0; i < 9; i++) {
            const uint32_t value = forced ? (*forced)[i] : digest[i].canonical();
            access(rv32::WORD_DEFERRED_CHAIN + i, t + 2, &value);
        }
    } else {
        const rv32::CallInfo& info = rv32::CALLS[*rv32::find_call(record.word)];
        const rv32::CallShape& shape = info.shape;
        const auto pointer = [&](rv32::PointerRegister r) { return r == rv32::PointerRegister::a1 ? a1 : a0; };
        const uint32_t in = pointer(shape.in_pointer) / 4 + shape.in_offset,
                       out = pointer(shape.out_pointer) / 4 + shape.out_offset;
        std::vector<uint32_t> in_words, out_words;
        for (uint32_t i = 0; i < shape.in_words; i++) in_words.push_back(memory_[in + i].value);
        for (uint32_t i = 0; i < shape.out_words; i++) out_words.push_back(memory_[out + i].value);
        auto result = out_words;
        fault = shape.compute({in_words.data(), result.data(), a0, a1, rv32::GuestField::koala_bear});
        if (fault) result = out_words;
        if (forced) result = *forced;
        for (uint32_t i = 0; i < shape.in_words; i++) access(in + i, t, nullptr);
        for (uint32_t i = 0; i < shape.out_words; i++) access(out + i, t + 1, &result[i]);
    }
    record.num_accesses = static_cast<uint32_t>(chunk.accesses.size()) - record.first_access;
    chunk.calls.push_back(record);
    // Far enough apart that gaps need their upper 13 bits now and then.
    now_ += 100'003;
    return fault;
}

void Machine::settle(air::BusLedger& ledger) const {
    const auto low = [](uint32_t w) { return F::from_canonical(w & 0xffff); };
    const auto high = [](uint32_t w) { return F::from_canonical(w >> 16); };
    const auto plain = [](uint32_t w) { return F::from_canonical(w); };
    for (const rv32::CallRecord& c : chunk.calls) {
        bool is_ours = false;
        PrecompileChips::for_each([&]<class Chip>() { is_ours |= answers<Chip>(c.word); });
        if (!is_ours) continue;
        ledger.add({BUS_CALL, F::ONE, {plain(c.t), plain(c.word & 0xff), low(c.a0), high(c.a0), low(c.a1), high(c.a1)}},
                   "ecall");
        for (uint32_t i = 0; i < c.num_accesses; i++) {
            const rv32::WordAccess& a = chunk.accesses[c.first_access + i];
            ledger.add({BUS_MEMORY, F::ONE, {plain(a.word), plain(a.t_prev), low(a.prev), high(a.prev)}}, "memory");
            ledger.add({BUS_MEMORY, -F::ONE, {plain(a.word), plain(a.t), low(a.value), high(a.value)}}, "memory");
        }
    }
}

bool is_lookup(uint32_t bus) {
    return bus == BUS_RANGE || bus == BUS_BYTE || bus == BUS_ADDRESS || bus == BUS_PERMUTATION;
}

bool true_lookup(const air::Message& m) {
    if (m.multiplicity != F::ONE) return false;
    std::vector<uint32_t> v;
    for (F x : m.values) v.push_back(x.canonical());
    switch (m.bus) {
        case BUS_RANGE:
            return v.size() == 2 && v[0] <= 16 && v[1] < 1u << v[0];
        case BUS_BYTE:
            if (v.size() != 4 || v[1] > 255 || v[2] > 255) return false;
            return v[0] == BYTE_PAIR ? v[3] == 0 : v[0] == BYTE_AND && v[3] == (v[1] & v[2]);
        case BUS_ADDRESS:
            return v.size() == 2 && v[0] < 0x7800 && v[1] == (v[0] != 0 ? 1u : 0u);
        case BUS_PERMUTATION: {
            if (v.size() != 48) return false;
            hash::Poseidon2<24>::State s;
            std::copy_n(m.values.begin(), 24, s.begin());
            hash::Poseidon2<24>::permute(s);
            return std::equal(s.begin(), s.end(), m.values.begin() + 24);
        }
        default:
            return false;
    }
}

std::vector<uint32_t> random_words(Random& random, size_t n) {
    std::vector<uint32_t> w(n);
    for (uint32_t& x : w) x = static_cast<uint32_t>(random());
    return w;
}

std::vector<uint32_t> random_below(Random& random, std::span<const uint32_t> modulus) {
    for (;;) {
        auto w = random_words(random, modulus.size());
        if (modulus.back() != 0xffffffff) w.back() %= modulus.back() + 1;
        if (std::lexicographical_compare(w.rbegin(), w.rend(), modulus.rbegin(), modulus.rend())) return w;
    }
}

}  // namespace ashlar::chips::test
