// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace ashlar::guest {

/// Runs what atexit and static destructors asked for, last first, and ends the program: exit code 0 is success, with
/// any other there is no proof.
[[noreturn]] void exit_after_handlers(int code);

}  // namespace ashlar::guest
