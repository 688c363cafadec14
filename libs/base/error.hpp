// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include "libs/base/result.hpp"

namespace ashlar {

/// What host-side code reports to a person or a client. `code` is stable (tests, REST bodies, metric labels use it);
/// `message` names the cause, `hint` the remedy.
struct Error {
    std::string code;
    std::string message;
    std::string hint = {};
};

/// Host-side result. Libraries that also run in the guest use Result<T, TheirEnum> instead.
template <class T>
using HostResult = Result<T, Error>;

inline Fail<Error> fail(std::string code, std::string message, std::string hint = {}) {
    return Fail<Error>{Error{std::move(code), std::move(message), std::move(hint)}};
}

}  // namespace ashlar
