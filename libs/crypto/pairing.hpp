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
    explicit MillerPoint(const PairingInput<T>& in)
        : at_y_{in.p.y, {}}, at_x_{-in.p.x, {}}, x_(in.q.x), y_(in.q.y), z_(E::one()) {}

    /// f := f * (tangent at this point), this point := twice it.
    void twice(Fp12<T>& f) {
        E m = x_, yy = y_, zz = z_;
        m.square_in_place();
        m.template times<3>();
        yy.square_in_place();
        zz.square_in_place();
        z_ *= y_;
        z_ += z_;
        E constant = m, z = z_;
        constant *= x_;
        constant -= yy;
        constant -= yy;
        z *= zz;
        zz *= m;  // the slope, times Z
        multiply_by_line(f, z, zz, constant);
        finish_twice(x_, y_, m, yy);
    }
    /// f := f * (line through this point and q), this point := their sum. They must differ up to sign.
    void add(Fp12<T>& f, const Affine<E>& q) {
        E h, r;
        start_add(x_, y_, z_, q, h, r);
        z_ *= h;
        E constant = r, t = q.y, z = z_, slope = r;
        constant *= q.x;
        t *= z_;
        constant -= t;
        multiply_by_line(f, z, slope, constant);
        finish_add(x_, y_, h, r);
    }

  private:
    /// Changes z and slope.
    void multiply_by_line(Fp12<T>& f, E& z, E& slope, const E& constant) const {
        z *= at_y_;
        slope *= at_x_;
        if constexpr (T::TWIST == Twist::divides)
            f.multiply_by_013(z, slope, constant);
        else
            f.multiply_by_023(constant, slope, z);
    }
    E at_y_, at_x_;  ///< y_p and -x_p
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
