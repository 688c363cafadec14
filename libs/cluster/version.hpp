// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace ashlar::cluster {

/// Version of the programs and of the API between them; set by the build from the project's version.
#ifdef ASHLAR_VERSION
inline constexpr const char* VERSION = ASHLAR_VERSION;
#else
inline constexpr const char* VERSION = "unversioned";
#endif

}  // namespace ashlar::cluster
