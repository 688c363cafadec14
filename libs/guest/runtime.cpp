// SPDX-License-Identifier: Apache-2.0
#include "libs/guest/runtime.hpp"

#include <cstdlib>
#include <cstring>
#include <new>

#include "libs/abi/syscalls.hpp"
#include "libs/guest/deferred_digest.hpp"
#include "libs/hash/sha256.hpp"

extern "C" {
extern char _end;
extern void (*__init_array_start[])();
extern void (*__init_array_end[])();
}

namespace ashlar::guest {
namespace {

/// The memory's end (ABI.md 1.3) less 8, so that blocks end where the next ones begin: 8 bytes before a multiple of 16.
constexpr uint32_t HEAP_END = 0x78000000 - 8;

uint32_t heap_next = 0;

/// Memory that nothing has used, so zero; 8 bytes before a multiple of 16. Ends the program if there is no more.
void* take(uint32_t size) {
    if (heap_next == 0) heap_next = ((address(&_end) + 15) & ~15u) + 8;
    if (size > HEAP_END - heap_next) panic("out of memory");  // what is left is a multiple of 16: rounding fits
    const uint32_t at = heap_next;
    heap_next = at + ((size + 15) & ~15u);
    return reinterpret_cast<void*>(at);
}

/// Blocks that operator new hands out, by size: multiples of 16 to 1 KiB, then four sizes from each power of two to
/// the next. A freed block waits in the list of its size for the next one of that size. So what a call frame frees the
/// next one uses, and memory is bounded by what is alive at once; and a block used again is a leaf of the memory tree
/// that is touched already.
///
/// A block begins with the index of its size. What is handed out lies behind it, aligned to 16.
class Heap {
  public:
    void* allocate(uint32_t size) {
        uint32_t index, rounded;
        if (size <= SMALL - HEADER) [[likely]] {
            index = (size + HEADER + 15) / 16;
            rounded = 16 * index;
        } else {
            if (size > HEAP_END) panic("out of memory");
            uint32_t power = SMALL;
            index = SMALL / 16 + 1;
            for (; size > 2 * power; power *= 2) index += 4;
            const uint32_t step = power / 4, steps = (size - power + step - 1) / step;
            index += steps;
            rounded = power + steps * step + HEADER;  // the header comes on top: tables are powers of two
        }
        if (Block* b = free_[index]) {
            free_[index] = b->next;
            return b;
        }
        auto* header = static_cast<uint32_t*>(take(rounded));
        *header = index;
        return header + HEADER / 4;
    }
    void release(void* p) {
        if (!p) return;
        auto* b = static_cast<Block*>(p);
        const uint32_t index = static_cast<uint32_t*>(p)[-static_cast<int>(HEADER / 4)];
        b->next = free_[index];
        free_[index] = b;
    }

  private:
    struct Block {
        Block* next;
    };
    static constexpr uint32_t SMALL = 1024, HEADER = 8;
    Block* free_[SMALL / 16 + 2 + 4 * 21] = {};
};
Heap heap;

hash::Sha256 public_values;
DeferredDigest deferred;

[[noreturn, gnu::noinline]] void finish(uint32_t exit_code) {
    const Bytes32 digest = public_values.finish();
    for (uint32_t i = 0; i < 8; i++) commit_word(i, load_le32(&digest[4 * i]));
    for (uint32_t i = 0; i < 8; i++) commit_deferred_word(i, deferred.word(i));
    halt(exit_code);
}

}  // namespace

void* fresh_memory(size_t size) { return take(static_cast<uint32_t>(size)); }

uint32_t* quotient_room() {
    constexpr uint32_t PART = 1 << 16;
    static uint32_t *next = nullptr, *end = nullptr, left = QUOTIENT_ROOM;
    if (next == end) [[unlikely]] {
        if (left < PART) return nullptr;
        left -= PART;
        next = static_cast<uint32_t*>(fresh_memory(PART));
        end = next + PART / 4;
    }
    uint32_t* room = next;
    next += 8;
    return room;
}

[[gnu::noinline]] BytesView read_input() {
    const uint32_t size = hint_len();
    auto* to = static_cast<uint8_t*>(fresh_memory(size));
    hint_read(to, size);
    return {to, size};
}

[[gnu::noinline]] void commit(BytesView bytes) {
    write(PUBLIC_VALUES, bytes.data(), bytes.size());
    public_values.update(bytes);
}

void verify_proof(const uint32_t vk[8], const Bytes32& pv) {
    alignas(4) uint32_t words[8];
    for (uint32_t i = 0; i < 8; i++) words[i] = load_le32(&pv[4 * i]);
    verify_pico_proof(vk, words);
    deferred.extend(vk, pv);
}

void panic(std::string_view why) {
    write(STDERR, why.data(), why.size());
    write(STDERR, "\n", 1);
    finish(1);
}

void print(std::string_view line) {
    write(STDOUT, line.data(), line.size());
    write(STDOUT, "\n", 1);
}

}  // namespace ashlar::guest

extern "C" [[noreturn]] void ashlar_guest_start() {
    for (auto** f = __init_array_start; f != __init_array_end; f++) (*f)();
    ashlar::guest::finish(static_cast<uint32_t>(ashlar::guest::program()));
}

// What the compiler and libstdc++'s headers expect from a C++ run-time library.
void* operator new(size_t size) { return ashlar::guest::heap.allocate(size); }
void* operator new[](size_t size) { return ashlar::guest::heap.allocate(size); }
void operator delete(void* p) noexcept { ashlar::guest::heap.release(p); }
void operator delete[](void* p) noexcept { ashlar::guest::heap.release(p); }
void operator delete(void* p, size_t) noexcept { ashlar::guest::heap.release(p); }
void operator delete[](void* p, size_t) noexcept { ashlar::guest::heap.release(p); }

namespace std {
void __throw_length_error(const char* what) { ashlar::guest::panic(what); }
void __throw_logic_error(const char* what) { ashlar::guest::panic(what); }
void __throw_out_of_range(const char* what) { ashlar::guest::panic(what); }
void __throw_out_of_range_fmt(const char* what, ...) { ashlar::guest::panic(what); }
void __throw_invalid_argument(const char* what) { ashlar::guest::panic(what); }
void __throw_bad_alloc() { ashlar::guest::panic("bad_alloc"); }
void __throw_bad_array_new_length() { ashlar::guest::panic("bad_array_new_length"); }
void __throw_bad_function_call() { ashlar::guest::panic("bad_function_call"); }
void __throw_bad_optional_access() { ashlar::guest::panic("bad_optional_access"); }
void __throw_bad_variant_access(const char* what) { ashlar::guest::panic(what); }
void __glibcxx_assert_fail(const char*, int, const char*, const char* what) noexcept { ashlar::guest::panic(what); }
}  // namespace std

extern "C" {
void abort() { ashlar::guest::panic("abort"); }
void __cxa_pure_virtual() { ashlar::guest::panic("pure virtual call"); }
int __cxa_atexit(void (*)(void*), void*, void*) { return 0; }  // nothing runs after the program
void* __dso_handle = nullptr;
}
