// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <new>
#include <type_traits>
#include <utility>

namespace ashlar {

/// Wraps an error value so that it converts to any Result with that error type: `return Fail{Code::too_short};`.
template <class E>
struct Fail {
    E error;
    constexpr explicit Fail(E e) : error(std::move(e)) {}
};

/// A value of type T or an error of type E. No exceptions, no allocation: usable in the guest and in the verifier.
/// Reading the side that is not there is a mistake of the caller and traps.
template <class T, class E>
class [[nodiscard]] Result {
  public:
    constexpr Result(T value) : ok_(true) { new (&value_) T(std::move(value)); }
    template <class G>
        requires std::is_constructible_v<E, G&&>
    constexpr Result(Fail<G> f) : ok_(false) {
        new (&error_) E(std::move(f.error));
    }
    constexpr Result(Result&& o) noexcept : ok_(o.ok_) { take(std::move(o)); }
    constexpr Result(const Result& o) : ok_(o.ok_) {
        if (ok_)
            new (&value_) T(o.value_);
        else
            new (&error_) E(o.error_);
    }
    constexpr Result& operator=(Result o) noexcept {
        destroy();
        ok_ = o.ok_;
        take(std::move(o));
        return *this;
    }
    constexpr ~Result() { destroy(); }

    constexpr explicit operator bool() const { return ok_; }
    constexpr bool has_value() const { return ok_; }
    constexpr T& value() & { return check(ok_), value_; }
    constexpr const T& value() const& { return check(ok_), value_; }
    constexpr T&& value() && { return check(ok_), std::move(value_); }
    constexpr T& operator*() & { return value(); }
    constexpr const T& operator*() const& { return value(); }
    constexpr T&& operator*() && { return std::move(*this).value(); }
    constexpr T* operator->() { return &value(); }
    constexpr const T* operator->() const { return &value(); }
    constexpr const E& error() const& { return check(!ok_), error_; }
    constexpr E&& error() && { return check(!ok_), std::move(error_); }

  private:
    static constexpr void check(bool ok) {
        if (!ok) __builtin_trap();
    }
    constexpr void take(Result&& o) {
        if (ok_)
            new (&value_) T(std::move(o.value_));
        else
            new (&error_) E(std::move(o.error_));
    }
    constexpr void destroy() {
        if (ok_)
            value_.~T();
        else
            error_.~E();
    }
    union {
        T value_;
        E error_;
    };
    bool ok_;
};

/// Success without a value, or an error.
template <class E>
class [[nodiscard]] Result<void, E> {
  public:
    constexpr Result() : ok_(true), error_{} {}
    template <class G>
        requires std::is_constructible_v<E, G&&>
    constexpr Result(Fail<G> f) : ok_(false), error_(std::move(f.error)) {}
    constexpr explicit operator bool() const { return ok_; }
    constexpr bool has_value() const { return ok_; }
    constexpr const E& error() const {
        if (ok_) __builtin_trap();
        return error_;
    }

  private:
    bool ok_;
    E error_;
};

}  // namespace ashlar

/// Returns the error of `expr` (a Result) from the enclosing function, or goes on.
#define ASHLAR_TRY(expr)                                                                                    \
    do {                                                                                                    \
        if (auto ashlar_try_ = (expr); !ashlar_try_) return ::ashlar::Fail{std::move(ashlar_try_).error()}; \
    } while (0)

#define ASHLAR_JOIN_(a, b) a##b
#define ASHLAR_JOIN(a, b) ASHLAR_JOIN_(a, b)
/// `ASHLAR_ASSIGN(auto x, expr);` binds the value of a Result or returns its error.
#define ASHLAR_ASSIGN(decl, expr)                                                                                      \
    auto ASHLAR_JOIN(ashlar_r_, __LINE__) = (expr);                                                                    \
    if (!ASHLAR_JOIN(ashlar_r_, __LINE__)) return ::ashlar::Fail{std::move(ASHLAR_JOIN(ashlar_r_, __LINE__)).error()}; \
    decl = std::move(*ASHLAR_JOIN(ashlar_r_, __LINE__))
