// SPDX-License-Identifier: Apache-2.0
// The one place where Catch2's runner is compiled (it takes long).
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
