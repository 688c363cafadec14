// SPDX-License-Identifier: Apache-2.0
// Just enough for <string> to compile; the guest has no locales.
#pragma once
#include <clocale>
#define _GLIBCXX_NUM_CATEGORIES 0
namespace std {
typedef int* __c_locale;
inline int __convert_from_v(const __c_locale&, char*, int, const char*, ...) { return 0; }
}  // namespace std
