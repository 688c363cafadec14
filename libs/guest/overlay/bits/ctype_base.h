// SPDX-License-Identifier: Apache-2.0
#pragma once
namespace std {
struct ctype_base {
    typedef const int* __to_type;
    typedef unsigned short mask;
    static const mask upper = 1, lower = 2, alpha = 3, digit = 4, xdigit = 12, space = 16, print = 103, graph = 71,
                      cntrl = 128, punct = 64, alnum = 7, blank = 256;
};
}  // namespace std
