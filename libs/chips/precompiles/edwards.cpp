// SPDX-License-Identifier: Apache-2.0
#include "libs/chips/precompiles/edwards.hpp"

namespace ashlar::chips {

bool EdwardsAddChip::fill(const rv32::CallRecord& call, const rv32::WordAccess* accesses, Main<F>* rows) {
    Main<F>& m = *rows;
    const OperandWords<2 * W> q(accesses), p(accesses + 2 * W);
    m.is_real = F::ONE;
    fill_call(call, accesses, m.t, m.p, m.p_times, m.q, m.q_times);
    const uint32_t *x1 = p.before.data(), *y1 = x1 + W, *x2 = q.before.data(), *y2 = x2 + W, *x = p.after.data(),
                   *y = x + W;
    const auto& field = prime_field<M>();
    const auto ex = field.mul(encode(x1), encode(x2)), ey = field.mul(encode(y1), encode(y2));
    const auto exy = field.mul(ex, ey);
    const Plain xx = decode(ex), yy = decode(ey), xxyy = decode(exy),
                e = decode(field.mul(encode(CURVE_D.data()), exy));
    fill_bytes(m.x1, x1), fill_bytes(m.y1, y1), fill_bytes(m.x2, x2), fill_bytes(m.y2, y2);
    fill_bytes(m.xx, xx.data()), fill_bytes(m.yy, yy.data()), fill_bytes(m.xxyy, xxyy.data());
    fill_bytes(m.e, e.data()), fill_bytes(m.x, x), fill_bytes(m.y, y);
    const auto bytes = [](const uint32_t* words) { return byte_digits<N>(words); };
    const Values<int64_t> v = {1,         bytes(x1),        bytes(y1),        bytes(x2),
                               bytes(y2), bytes(xx.data()), bytes(yy.data()), bytes(e.data()),
                               bytes(x),  bytes(y)};
    const auto product = bytes(xxyy.data());
    const int64_t one = 1;
    bool ok = fill_reduction<M>(product_sum(one, v.x1, v.x2, v.xx), m.xx_reduction);
    ok &= fill_reduction<M>(product_sum(one, v.y1, v.y2, v.yy), m.yy_reduction);
    ok &= fill_reduction<M>(product_sum(one, v.xx, v.yy, product), m.xxyy_reduction);
    ok &= fill_reduction<M>(product_sum(one, constant<int64_t>(CURVE_D), product, v.e), m.e_reduction);
    ok &= fill_reduction<M>(x_sum(v), m.x_reduction);
    ok &= fill_reduction<M>(y_sum(v), m.y_reduction);
    ok &= fill_less<M>(m.e_less, e.data());
    ok &= fill_less<M>(m.x_less, x);
    ok &= fill_less<M>(m.y_less, y);
    std::array<uint32_t, W> unit{}, minus_one = M::WORDS;
    unit[0] = 1;
    minus_one[0]--;
    ok &= fill_different(m.not_one, digits(m.e), constant<F>(unit));
    ok &= fill_different(m.not_minus_one, digits(m.e), constant<F>(minus_one));
    return ok;
}

bool EdwardsDecompressChip::fill(const rv32::CallRecord& call, const rv32::WordAccess* accesses, Main<F>* rows) {
    Main<F>& m = *rows;
    const OperandWords<W> y_words(accesses), x_words(accesses + W);
    if (!fill_decompression(call, accesses, m.is_real, m.t, m.buffer, m.sign, m.y_times, m.x_times, m.old_x))
        return false;
    Plain y = y_words.before;
    const uint32_t* x = x_words.after.data();
    fill_bytes(m.y, y.data());
    m.y_top = F::from_canonical(y[W - 1] >> 31);
    y[W - 1] &= 0x7fffffff;
    const auto& field = prime_field<M>();
    const auto square = field.square(encode(y.data()));
    const Plain yy = decode(square), e = decode(field.mul(encode(CURVE_D.data()), square)),
                xx = decode(field.square(encode(x)));
    fill_bytes(m.x, x), fill_bytes(m.yy, yy.data()), fill_bytes(m.e, e.data()), fill_bytes(m.xx, xx.data());
    const auto bytes = [](const uint32_t* words) { return byte_digits<N>(words); };
    const int64_t one = 1;
    const Values<int64_t> v = {1, bytes(yy.data()), bytes(e.data()), bytes(xx.data())};
    const auto y_digits = bytes(y.data()), x_digits = bytes(x);
    bool ok = fill_reduction<M>(product_sum(one, y_digits, y_digits, v.yy), m.yy_reduction);
    ok &= fill_reduction<M>(product_sum(one, constant<int64_t>(CURVE_D), v.yy, v.e), m.e_reduction);
    ok &= fill_reduction<M>(product_sum(one, x_digits, x_digits, v.xx), m.xx_reduction);
    ok &= fill_reduction<M>(curve_sum(v), m.curve_reduction);
    ok &= fill_less<M>(m.x_less, x);
    Number<F> plain_y;
    for (size_t i = 0; i < N; i++) plain_y[i] = F::from_canonical(static_cast<uint32_t>(y_digits[i]));
    ok &= fill_different(m.not_zero, plain_y, filled<F, N>(F::ZERO));
    ok &= fill_different(m.not_modulus, plain_y, constant<F>(M::WORDS));
    return fill_parity(m.half, call.a1, x[0]) && ok;
}

}  // namespace ashlar::chips
