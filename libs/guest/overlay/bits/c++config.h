// SPDX-License-Identifier: Apache-2.0
// The host's configuration less what the guest lacks.
#pragma once
#include_next <bits/c++config.h>
#undef _GLIBCXX_HAS_GTHREADS
#undef _GLIBCXX_USE_FLOAT128
#undef _GLIBCXX_HAVE_LINUX_FUTEX
