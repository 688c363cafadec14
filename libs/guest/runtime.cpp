// SPDX-License-Identifier: Apache-2.0
#include "libs/guest/runtime.hpp"

#include <cstdlib>
#include <cstring>

#include "libs/abi/syscalls.hpp"
#include "libs/guest/deferred_digest.hpp"
#include "libs/hash/sha256.hpp"

extern "C" {
extern void (*__init_array_start[])();
extern void (*__init_array_end[])();
}

namespace ashlar::guest {
namespace {

hash::Sha256 public_values;
DeferredDigest deferred;

}  // namespace

[[gnu::noinline]] void finish(uint32_t exit_code) {
    const Bytes32 digest = public_values.finish();
    for (uint32_t i = 0; i < 8; i++) commit_word(i, load_le32(&digest[4 * i]));
    for (uint32_t i = 0; i < 8; i++) commit_deferred_word(i, deferred.word(i));
    halt(exit_code);
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

// What the compiler and libstdc++'s headers expect from a C++ run-time library, besides operator new (heap.cpp).
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
[[gnu::weak]] int __cxa_atexit(void (*)(void*), void*, void*) { return 0; }  // nothing runs after the program
[[gnu::weak]] void* __dso_handle = nullptr;
}
