// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/exec/buffer.hpp"
#include "libs/field/koala_bear.hpp"

namespace ashlar::machine {

using field::F;

/// Main columns of one table: column c is cells[c * height .. (c + 1) * height).
struct Table {
    size_t height = 0;
    size_t columns = 0;
    exec::Buffer<F> cells;

    Table() = default;
    Table(size_t rows, size_t cols) : height(rows), columns(cols), cells(rows * cols) {}
    F* column(size_t c) { return cells.data() + c * height; }
    const F* column(size_t c) const { return cells.data() + c * height; }
    F& at(size_t row, size_t c) { return cells[c * height + row]; }
    const F& at(size_t row, size_t c) const { return cells[c * height + row]; }
};

}  // namespace ashlar::machine
