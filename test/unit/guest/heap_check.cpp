// SPDX-License-Identifier: Apache-2.0
// operator new and delete in the guest: blocks of all sizes keep what is written to them while others come and go, what
// is freed is used again, and hints find fresh words all the same. Ends with exit code 1 at the first difference.
#include <vector>

#include "libs/abi/syscalls.hpp"
#include "libs/guest/runtime.hpp"

using namespace ashlar;

namespace {

uint32_t state = 1;
uint32_t next(uint32_t below) {
    state = state * 1664525 + 1013904223;
    return (state >> 8) % below;
}
void require(bool good, const char* what) {
    if (!good) guest::panic(what);
}

/// A new block, of which the compiler may suppose nothing: it knows what operator new does and would leave it out.
uint8_t* allocate(uint32_t size) {
    auto* p = new uint8_t[size];
    asm volatile("" : "+r"(p) : : "memory");
    return p;
}

struct Block {
    uint8_t* p;
    uint32_t size;
    uint8_t mark;
};

/// The first and last bytes; all of them would take the guest long.
void fill(const Block& b) {
    for (uint32_t i = 0; i < b.size && i < 40; i++) b.p[i] = b.p[b.size - 1 - i] = b.mark;
}
bool holds(const Block& b) {
    for (uint32_t i = 0; i < b.size && i < 40; i++)
        if (b.p[i] != b.mark || b.p[b.size - 1 - i] != b.mark) return false;
    return true;
}

/// Every size from 0 on, and those around the steps between classes.
void check_sizes() {
    for (uint32_t size = 0; size < 3000; size++) {
        const Block a{allocate(size), size, 1}, b{allocate(size), size, 2};
        require(guest::address(a.p) % 16 == 0 && guest::address(b.p) % 16 == 0, "alignment");
        fill(a), fill(b);
        require(holds(a) && holds(b), "neighbours");
        const uint32_t freed = guest::address(a.p);
        delete[] a.p;
        const Block c{allocate(size), size, 3};
        require(guest::address(c.p) == freed, "a freed block is used again");
        fill(c);
        require(holds(b) && holds(c), "neighbours");
        delete[] b.p;
        delete[] c.p;
    }
    for (uint32_t power = 1024; power <= 1 << 24; power *= 2)
        for (uint32_t quarter = 4; quarter < 8; quarter++)
            for (int more = -1; more <= 1; more++) {
                const uint32_t size = power / 4 * quarter + static_cast<uint32_t>(more);
                const Block a{allocate(size), size, 1}, b{allocate(size), size, 2};
                fill(a), fill(b);
                require(holds(a) && holds(b), "neighbours");
                delete[] a.p;
                delete[] b.p;
            }
}

/// Many blocks alive, others freed and allocated between them, hints too.
void check_mixture(uint32_t rounds) {
    std::vector<Block> alive;
    for (uint32_t i = 0; i < rounds; i++) {
        if (alive.size() < 100 + next(200)) {
            const uint32_t size = next(4) ? next(300) : next(20'000);
            alive.push_back({allocate(size), size, static_cast<uint8_t>(next(256))});
            fill(alive.back());
        } else {
            const uint32_t at = next(static_cast<uint32_t>(alive.size()));
            require(holds(alive[at]), "a block changed");
            delete[] alive[at].p;
            alive[at] = alive.back();
            alive.pop_back();
        }
        if (i % 64 == 0) {
            const uint32_t sent = i;
            guest::write(guest::HINT, &sent, 4);
            auto* got = static_cast<uint32_t*>(guest::fresh_memory(4));
            require(guest::hint_len() == 4, "the hint's length");
            guest::hint_read(got, 4);  // a fault unless the word is fresh
            require(*got == sent, "the hint");
        }
    }
    for (const Block& b : alive) {
        require(holds(b), "a block changed");
        delete[] b.p;
    }
}

}  // namespace

int guest::program() {
    const uint32_t rounds = load_le32(read_input().data());
    check_sizes();
    check_mixture(rounds);
    commit(as_bytes("good"));
    return 0;
}
