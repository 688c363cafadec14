// SPDX-License-Identifier: Apache-2.0
#include "libs/chips/precompiles/keccak_layers.hpp"

#include <array>

namespace ashlar::chips {

using namespace air::layers;

namespace {

constexpr uint32_t LANES = 25;
// Lanes of the theta layer: the state, then C_x, then rotl(C_x, 1).
constexpr uint32_t PARITY = 25, ROTATED = 30;

/// FIPS 202, 3.2.2: rotation of lane x + 5y, from t -> (t + 1)(t + 2) / 2 along the path of step 3.
constexpr std::array<uint32_t, LANES> ROTATION = [] {
    std::array<uint32_t, LANES> r{};
    uint32_t x = 1, y = 0;
    for (uint32_t t = 0; t < 24; t++) {
        r[x + 5 * y] = (t + 1) * (t + 2) / 2 % 64;
        const uint32_t next = (2 * x + 3 * y) % 5;
        x = y;
        y = next;
    }
    return r;
}();

/// FIPS 202, 3.2.5: bit 2^j - 1 of a round's constant comes from the linear feedback shift register of algorithm 5.
constexpr std::array<uint64_t, KECCAK_ROUNDS> IOTA = [] {
    std::array<uint64_t, KECCAK_ROUNDS> rc{};
    uint32_t r = 1;
    for (uint64_t& round : rc)
        for (uint32_t j = 0; j < 7; j++) {
            round |= uint64_t{r & 1} << ((1u << j) - 1);
            r = (r & 0x80) != 0 ? r << 1 ^ 0x171 : r << 1;
        }
    return rc;
}();

Layer chi() {
    Layer layer;
    layer.lanes = layer.outputs = LANES;
    layer.log_first = 4;
    layer.form = Form::chi;
    for (uint32_t j = 0; j < LANES; j++) {
        const uint32_t row = j - j % 5;
        layer.groups.push_back({{{j, j}}, {row + (j + 1) % 5, row + (j + 2) % 5}});
    }
    return layer;
}

Layer theta() {
    Layer layer;
    layer.lanes = ROTATED + 5;
    layer.outputs = LANES;
    layer.claims_sums = true;
    for (uint32_t x = 0; x < 5; x++) {
        Group column{{}, {PARITY + (x + 4) % 5, ROTATED + (x + 1) % 5}};
        for (uint32_t j = x; j < LANES; j += 5) column.linear.push_back({j, j});
        layer.groups.push_back(std::move(column));
    }
    return layer;
}

/// Outputs: C_0 .. C_4, then the lanes.
Layer parity() {
    Layer layer;
    layer.lanes = LANES;
    layer.outputs = 5 + LANES;
    for (uint32_t x = 0; x < 5; x++) layer.groups.push_back({{{x, x}}, {x + 5, x + 10, x + 15, x + 20}});
    for (uint32_t j = 0; j < LANES; j++) layer.copies.push_back({5 + j, j});
    return layer;
}

}  // namespace

Circuit keccak_circuit(size_t rounds) {
    Circuit circuit;
    circuit.inputs = circuit.outputs = LANES;
    for (size_t round = rounds; round-- > 0;) {
        Step step;
        if (round == rounds - 1)
            for (uint32_t j = 0; j < LANES; j++) step.wires.push_back({j, j, 0, j == 0 ? IOTA[round] : 0});
        step.layer = chi();
        circuit.steps.push_back(std::move(step));

        step = {};
        for (uint32_t j = 0; j < LANES; j++) {
            const uint32_t x = j % 5, y = j / 5;
            step.wires.push_back({y + 5 * ((2 * x + 3 * y) % 5), j, ROTATION[j], 0});
        }
        step.layer = theta();
        circuit.steps.push_back(std::move(step));

        step = {};
        const uint64_t before = round > 0 ? IOTA[round - 1] : 0;  // what is still missing in lane 0, and so in C_0
        for (uint32_t j = 0; j < LANES; j++) step.wires.push_back({j, 5 + j, 0, j == 0 ? before : 0});
        for (uint32_t x = 0; x < 5; x++) step.wires.push_back({PARITY + x, x, 0, x == 0 ? before : 0});
        for (uint32_t x = 0; x < 5; x++) step.wires.push_back({ROTATED + x, x, 1, x == 0 ? before : 0});
        step.layer = parity();
        circuit.steps.push_back(std::move(step));
    }
    return circuit;
}

}  // namespace ashlar::chips
