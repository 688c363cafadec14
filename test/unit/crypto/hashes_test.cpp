// SPDX-License-Identifier: Apache-2.0
#include <openssl/evp.h>

#include <catch2/catch.hpp>
#include <random>

#include "libs/base/hex.hpp"
#include "libs/crypto/blake2f.hpp"
#include "libs/crypto/ripemd160.hpp"
#include "libs/hash/keccak256.hpp"
#include "libs/hash/keccak256_batch.hpp"
#include "libs/hash/sha256.hpp"

using namespace ashlar;

namespace {

Bytes openssl_digest(const EVP_MD* md, BytesView data) {
    Bytes out(EVP_MD_get_size(md));
    EVP_Digest(data.data(), data.size(), out.data(), nullptr, md, nullptr);
    return out;
}

}  // namespace

TEST_CASE("keccak256 of published messages") {
    CHECK(to_hex(hash::keccak256({}).view()) == "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470");
    CHECK(to_hex(hash::keccak256(as_bytes("abc")).view()) ==
          "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45");
    CHECK(to_hex(hash::keccak256(as_bytes("The quick brown fox jumps over the lazy dog")).view()) ==
          "4d741b6f1eb29cb2a9b9911c82f56fa8d73b04959d3d9d222895df6c0b28aa15");
}

TEST_CASE("keccak permutation and padding give SHA3-256 with the other domain byte") {
    // SHA3-256 shares all but one padding byte with Keccak-256, so OpenSSL checks the permutation.
    std::mt19937_64 rng(1);
    for (size_t size = 0; size < 136; size++) {
        Bytes data(size);
        for (auto& x : data) x = static_cast<uint8_t>(rng());
        uint64_t state[25] = {};
        Bytes block(136);
        std::copy(data.begin(), data.end(), block.begin());
        block[size] ^= 0x06;
        block[135] ^= 0x80;
        for (int i = 0; i < 17; i++) state[i] = load_le64(block.data() + 8 * i);
        hash::keccak_permute(state);
        Bytes out(32);
        for (int i = 0; i < 4; i++) store_le64(out.data() + 8 * i, state[i]);
        REQUIRE(out == openssl_digest(EVP_sha3_256(), data));
    }
}

TEST_CASE("pieces hash like the whole") {
    Bytes data(700);
    std::mt19937_64 rng(2);
    for (auto& x : data) x = static_cast<uint8_t>(rng());
    for (int i = 0; i < 500; i++) {
        const size_t size = rng() % data.size();
        hash::Keccak256 k;
        hash::Sha256 s;
        for (size_t at = 0; at < size;) {
            const size_t n = std::min<size_t>(rng() % 200, size - at);
            k.update({data.data() + at, n});
            s.update({data.data() + at, n});
            at += n;
        }
        REQUIRE(k.finish() == hash::keccak256({data.data(), size}));
        REQUIRE(s.finish() == hash::sha256({data.data(), size}));
    }
}

TEST_CASE("a batch of hashes is that of each message") {
    std::mt19937_64 rng(8);
    for (size_t count : {0, 1, 2, 3, 7, 8, 9, 16, 100, 1500}) {
        std::vector<Bytes> messages(count);
        for (size_t i = 0; i < count; i++) {
            // All lengths around the ends of blocks, and a few long ones.
            messages[i].resize(count == 1500 ? i : i % 50 == 7 ? 5000 + rng() % 3000 : rng() % 700);
            for (auto& x : messages[i]) x = static_cast<uint8_t>(rng());
        }
        const std::vector<BytesView> views(messages.begin(), messages.end());
        std::vector<Bytes32> batch(count), single(count);
        hash::keccak256_batch(views, batch.data());
        hash::keccak256_batch_scalar(views, single.data());
        CHECK(batch == single);
        for (size_t i = 0; i < count; i++) REQUIRE(single[i] == hash::keccak256(messages[i]));
    }
}

TEST_CASE("sha256 agrees with OpenSSL") {
    Bytes data(300);
    std::mt19937_64 rng(3);
    for (auto& x : data) x = static_cast<uint8_t>(rng());
    for (size_t size = 0; size <= data.size(); size++) {
        const Bytes32 h = hash::sha256({data.data(), size});
        REQUIRE(Bytes(h.begin(), h.end()) == openssl_digest(EVP_sha256(), {data.data(), size}));
    }
}

TEST_CASE("ripemd160 of the messages in its paper") {
    auto check = [](std::string_view message, std::string_view digest) {
        CHECK(to_hex(crypto::ripemd160(as_bytes(message)).view()) == digest);
    };
    check("", "9c1185a5c5e9fc54612808977ee8f548b2258d31");
    check("a", "0bdc9d2d256b3ee9daae347be6f4dc835a467ffe");
    check("abc", "8eb208f7e05d987a9b044a8e98c6b087f15a0bfc");
    check("message digest", "5d0689ef49d2fae572b881b123a85ffa21595f36");
    check("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", "12a053384a9c0c88e405a06c27dcf49ada62eb2b");
    check("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", "b0e20b6e3116640286ed3a87a5713079b21f5189");
    check("12345678901234567890123456789012345678901234567890123456789012345678901234567890",
          "9b752e45573d4b39f4dbd3323cab82bf63326bfb");
    check(std::string(1000000, 'a'), "52783243c1697bdbe16d37f97f68f08325dc1528");
}

TEST_CASE("blake2f with 12 rounds is BLAKE2b") {
    std::mt19937_64 rng(4);
    for (size_t size = 0; size <= 128; size++) {
        Bytes data(size);
        for (auto& x : data) x = static_cast<uint8_t>(rng());
        Bytes block(128);
        std::copy(data.begin(), data.end(), block.begin());
        uint64_t h[8] = {0x6a09e667f3bcc908 ^ 0x01010040,
                         0xbb67ae8584caa73b,
                         0x3c6ef372fe94f82b,
                         0xa54ff53a5f1d36f1,
                         0x510e527fade682d1,
                         0x9b05688c2b3e6c1f,
                         0x1f83d9abfb41bd6b,
                         0x5be0cd19137e2179};
        uint64_t m[16];
        for (int i = 0; i < 16; i++) m[i] = load_le64(block.data() + 8 * i);
        const uint64_t t[2] = {size, 0};
        crypto::blake2f(12, h, m, t, true);
        Bytes out(64);
        for (int i = 0; i < 8; i++) store_le64(out.data() + 8 * i, h[i]);
        REQUIRE(out == openssl_digest(EVP_blake2b512(), data));
    }
}
