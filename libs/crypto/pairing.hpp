// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/crypto/curve.hpp"
#include "libs/crypto/fp12.hpp"

/// Miller loops of optimal ate pairings on sextic twists. T names the tower (fp12.hpp) and `D_TWIST`: whether the twist
/// is y^2 = x^3 + b / xi (true) or y^2 = x^3 + b xi (false).
namespace ashlar::crypto {

enum class Twist { divides, multiplies };

/// One pair of a product of pairings; neither point is infinity.
template <class T>
struct PairingInput {
    Affine<typename T::Fp> p;
    Affine<Fp2<typename T::Fp>> q;
};

/// The multiple of q that a Miller loop walks along, in Jacobian coordinates, with the lines through its steps.
/// A line is evaluated at p up to a factor in a proper subfield, which the final exponentiation removes: from the slope
/// R / Z of the twist, (y_p Z, -x_p R, R x - y Z) are its coefficients at the powers of w that the twist's kind says.
template <class T>
class MillerPoint {
  public:
    using E = Fp2<typename T::Fp>;
    explicit MillerPoint(const PairingInput<T>& in) : p_(in.p), x_(in.q.x), y_(in.q.y), z_(E::one()) {}

    /// f := f * (tangent at this point), this point := twice it.
    void twice(Fp12<T>& f) {
        const E xx = x_.square(), yy = y_.square(), zz = z_.square(), yyyy = yy.square();
        const E m = xx.twice() + xx, s = ((x_ + yy).square() - xx - yyyy).twice();
        const E z3 = (y_ + z_).square() - yy - zz;
        multiply_by_line(f, z3 * zz, m * zz, m * x_ - yy.twice());
        x_ = m.square() - s.twice();
        y_ = m * (s - x_) - yyyy.twice().twice().twice();
        z_ = z3;
    }
    /// f := f * (line through this point and q), this point := their sum. They must differ up to sign.
    void add(Fp12<T>& f, const Affine<E>& q) {
        const E zz = z_.square(), h = q.x * zz - x_, r = q.y * z_ * zz - y_;
        const E z3 = z_ * h;
        multiply_by_line(f, z3, r, r * q.x - q.y * z3);
        const E hh = h.square(), hhh = hh * h, v = x_ * hh;
        x_ = r.square() - hhh - v.twice();
        y_ = r * (v - x_) - y_ * hhh;
        z_ = z3;
    }

  private:
    void multiply_by_line(Fp12<T>& f, const E& z, const E& slope, const E& constant) const {
        const E at_y = z * p_.y, at_x = -(slope * p_.x);
        if constexpr (T::TWIST == Twist::divides)
            f = f.times_013(at_y, at_x, constant);
        else
            f = f.times_023(constant, at_x, at_y);
    }
    Affine<typename T::Fp> p_;
    E x_, y_, z_;
};

/// The endomorphism untwist - Frobenius - twist of the twisted curve.
template <class T>
Affine<Fp2<typename T::Fp>> twisted_frobenius(const Affine<Fp2<typename T::Fp>>& q) {
    using E = Fp2<typename T::Fp>;
    static const std::array<E, 2> factors = [] {
        const auto& g = Fp12<T>::gamma();
        if (T::TWIST == Twist::divides) return std::array<E, 2>{g[2], g[3]};
        return std::array<E, 2>{g[2].inverse(), g[3].inverse()};
    }();
    return {q.x.conjugate() * factors[0], q.y.conjugate() * factors[1], q.infinity};
}

/// f^((p^6 - 1)(p^2 + 1)).
template <class T>
Fp12<T> easy_part(const Fp12<T>& f) {
    const Fp12<T> g = f.conjugate() * f.inverse();
    return g.frobenius().frobenius() * g;
}

}  // namespace ashlar::crypto
