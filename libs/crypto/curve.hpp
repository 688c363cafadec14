// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <vector>

#include "libs/crypto/fp2.hpp"

namespace ashlar::crypto {

/// A point of y^2 = x^3 + a x + b; infinity is marked.
template <class F>
struct Affine {
    F x, y;
    bool infinity = false;
    static Affine at_infinity() { return {F{}, F{}, true}; }
    Affine operator-() const { return {x, -y, infinity}; }
    friend bool operator==(const Affine& a, const Affine& b) {
        return a.infinity || b.infinity ? a.infinity == b.infinity : a.x == b.x && a.y == b.y;
    }
};

/// Steps of the running sums in Jacobian coordinates, which the Miller loop (pairing.hpp) also takes; everything in
/// place, because copies are what costs in the guest.
///
/// The end of (x, y, z) := 2 (x, y, z): x and y from m = 3 x^2 + a z^4 and yy = y^2, which is changed.
template <class F>
[[gnu::always_inline]] inline void finish_twice(F& x, F& y, const F& m, F& yy) {
    x *= yy;
    x.template times<4>();  // s
    yy.square_in_place();
    yy.template times<8>();
    y = x;
    F t = m;
    t.square_in_place();
    t -= x;
    t -= x;
    x = t;
    y -= t;
    y *= m;
    y -= yy;
}
/// The start of (x, y, z) + q: h := x_q z^2 - x and r := y_q z^3 - y. Both zero: a doubling; h alone: infinity.
template <class F>
[[gnu::always_inline]] inline void start_add(const F& x, const F& y, const F& z, const Affine<F>& q, F& h, F& r) {
    r = z;
    r.square_in_place();
    h = r;
    h *= q.x;
    h -= x;
    r *= z;
    r *= q.y;
    r -= y;
}
/// Its end, but for z := z h: x and y of the sum. Changes h.
template <class F>
[[gnu::always_inline]] inline void finish_add(F& x, F& y, F& h, const F& r) {
    F t = h;
    t.square_in_place();
    h *= t;
    x *= t;  // v
    t = r;
    t.square_in_place();
    t -= h;
    t -= x;
    t -= x;
    x -= t;
    x *= r;
    h *= y;
    x -= h;
    y = x;
    x = t;
}

/// Groups of points. A curve C names its field `F`, `A_IS_ZERO` (otherwise a = -3), `b()`, and the guest's calls `ADD`
/// and `DOUBLE` or NO_CALL. With calls the running sum is affine and each step is one call; without, and on the host,
/// it is Jacobian.
template <class C>
bool on_curve(const Affine<typename C::F>& p) {
    if (p.infinity) return true;
    auto rhs = p.x.square() * p.x + C::b();
    if constexpr (!C::A_IS_ZERO) rhs = rhs - p.x - p.x - p.x;
    return p.y.square() == rhs;
}

template <class C>
class Sum {
  public:
    using F = typename C::F;
    using Point = Affine<F>;
#ifdef __riscv
    static constexpr bool CALLS = C::ADD != NO_CALL;
#else
    static constexpr bool CALLS = false;
#endif

    Sum() = default;
    explicit Sum(const Point& p) { add(p); }

    bool infinity() const {
        if constexpr (CALLS)
            return infinite_;
        else
            return z_.is_zero();
    }
    void twice() {
        if (infinity()) return;
        if constexpr (CALLS) {
            if (y_.is_zero())
                infinite_ = true;
            else
                curve_call(C::DOUBLE, nullptr);
        } else {
            F m = x_, yy = y_;
            m.square_in_place();
            m.template times<3>();
            if constexpr (!C::A_IS_ZERO) {
                F zzzz = z_.square();
                zzzz.square_in_place();
                zzzz.template times<3>();
                m -= zzzz;
            }
            z_ *= y_;
            z_ += z_;
            yy.square_in_place();
            finish_twice(x_, y_, m, yy);
        }
    }
    void add(const Point& q) {
        if (q.infinity) return;
        if (infinity()) {
            x_ = q.x;
            y_ = q.y;
            if constexpr (CALLS)
                infinite_ = false;
            else
                z_ = F::one();
            return;
        }
        if constexpr (CALLS) {
            if (x_ == q.x) {
                if (y_ == q.y)
                    twice();
                else
                    infinite_ = true;
            } else {
                curve_call(C::ADD, &q);
            }
        } else {
            F h, r;
            start_add(x_, y_, z_, q, h, r);
            if (h.is_zero()) {
                if (r.is_zero())
                    twice();
                else
                    z_ = F{};
                return;
            }
            z_ *= h;
            finish_add(x_, y_, h, r);
        }
    }
    Point affine() const {
        if (infinity()) return Point::at_infinity();
        if constexpr (CALLS) {
            return {x_, y_, false};
        } else {
            const F inv = z_.inverse(), inv2 = inv.square();
            return {x_ * inv2, y_ * inv2 * inv, false};
        }
    }
    /// The affine forms of many sums with one inversion.
    static std::vector<Point> affine(const std::vector<Sum>& sums) {
        std::vector<Point> out(sums.size());
        if constexpr (CALLS) {
            for (size_t i = 0; i < sums.size(); i++) out[i] = sums[i].affine();
        } else {
            std::vector<F> before(sums.size());
            F product = F::one();
            for (size_t i = 0; i < sums.size(); i++) {
                before[i] = product;
                if (!sums[i].infinity()) product = product * sums[i].z_;
            }
            F inv = product.inverse();
            for (size_t i = sums.size(); i-- > 0;) {
                if (sums[i].infinity()) {
                    out[i] = Point::at_infinity();
                    continue;
                }
                const F zi = inv * before[i], zi2 = zi.square();
                inv = inv * sums[i].z_;
                out[i] = {sums[i].x_ * zi2, sums[i].y_ * zi2 * zi, false};
            }
        }
        return out;
    }

  private:
    void curve_call([[maybe_unused]] guest::Syscall call, [[maybe_unused]] const Point* q) {
#ifdef __riscv
        // x and y lie one behind the other, as the call wants them.
        guest::ecall(call, guest::address(x_.data()), q ? guest::address(q->x.data()) : 0);
#endif
    }
    F x_, y_;
    F z_;
    bool infinite_ = true;
};

/// sum of scalars[i] points[i]; scalars are any integers of 256 bits. Windows of four bits share their doublings
/// (Straus).
template <class C>
Sum<C> multiply_sum(const std::vector<Affine<typename C::F>>& points,
                    const std::vector<std::array<limbs::Word, 32 / sizeof(limbs::Word)>>& scalars) {
    constexpr size_t PER_WORD = 2 * sizeof(limbs::Word);
    std::vector<Sum<C>> sums;
    sums.reserve(15 * points.size());
    for (const auto& p : points)
        for (size_t i = 1; i <= 15; i++) {
            const size_t start = sums.size() - (i - 1);
            Sum<C> s;
            if (i % 2 == 0) {
                s = sums[start + i / 2 - 1];
                s.twice();
            } else {
                if (i > 1) s = sums[start + i - 2];
                s.add(p);
            }
            sums.push_back(s);
        }
    const auto table = Sum<C>::affine(sums);
    Sum<C> r;
    for (size_t digit = 64; digit-- > 0;) {
        for (int k = 0; k < 4; k++) r.twice();
        for (size_t i = 0; i < points.size(); i++)
            if (const auto d = static_cast<size_t>(scalars[i][digit / PER_WORD] >> (4 * (digit % PER_WORD))) & 15)
                r.add(table[15 * i + d - 1]);
    }
    return r;
}

/// scalar * p for a scalar of one 64-bit word.
template <class C>
Sum<C> multiply_u64(const Affine<typename C::F>& p, uint64_t scalar) {
    Sum<C> r;
    for (int i = 63; i >= 0; i--) {
        r.twice();
        if (scalar >> i & 1) r.add(p);
    }
    return r;
}

}  // namespace ashlar::crypto
