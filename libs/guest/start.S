# SPDX-License-Identifier: Apache-2.0
# The machine starts here with all registers zero (ABI.md 1.3).
    .section .text.start, "ax"
    .globl _start
_start:
    .option push
    .option norelax
    la gp, __global_pointer$
    .option pop
    .weak __tls_base  # thread-local variables, in programs that have some
    la tp, __tls_base
    li sp, 0x00200000
    call ashlar_guest_start
