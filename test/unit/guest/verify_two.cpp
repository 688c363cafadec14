// SPDX-License-Identifier: Apache-2.0
// Demands two proofs: program digest 1..8 with SHA-256("a"), then 9..16 with SHA-256("b").
#include "libs/guest/runtime.hpp"
#include "libs/hash/sha256.hpp"

int ashlar::guest::program() {
    uint32_t vk[8];
    for (uint32_t i = 0; i < 8; i++) vk[i] = i + 1;
    verify_proof(vk, hash::sha256(as_bytes("a")));
    for (uint32_t i = 0; i < 8; i++) vk[i] = i + 9;
    verify_proof(vk, hash::sha256(as_bytes("b")));
    return 0;
}
