# SPDX-License-Identifier: Apache-2.0
# memcpy, memmove, memset and memcmp by words, whatever the alignment: these run on every copy of the guest, and each
# instruction is proven. Where source and destination are out of step, aligned words of the source are shifted together; no
# word is read that does not hold a byte asked for. 32 aligned bytes take about 30 instructions, unaligned ones 60.

# Copies the 16 bytes at \at behind a1 to \at behind a6.
    .macro copy_16 at
    lw t2, \at+0(a1)
    lw t3, \at+4(a1)
    lw t4, \at+8(a1)
    lw t5, \at+12(a1)
    sw t2, \at+0(a6)
    sw t3, \at+4(a6)
    sw t4, \at+8(a6)
    sw t5, \at+12(a6)
    .endm

# Ends memcmp if the words at \at behind a0 and a1 differ.
    .macro compare_word at
    lw t2, \at(a0)
    lw t3, \at(a1)
    bne t2, t3, .Lwords_differ
    .endm

    .text
    .globl memcpy
    .p2align 2
memcpy:                                 # a0 = to, a1 = from, a2 = size; returns to
    or t1, a0, a1
    andi t1, t1, 3
    mv a6, a0
    bnez t1, .Lcopy_odd
.Lcopy_words:                           # a6 and a1 are multiples of four
    li t2, 32
    bltu a2, t2, 2f
    andi t1, a2, -32
    add t1, a6, t1
    andi a2, a2, 31
1:  copy_16 0
    copy_16 16
    addi a1, a1, 32
    addi a6, a6, 32
    bne a6, t1, 1b
2:  beqz a2, 9f
    andi t1, a2, 16
    beqz t1, 3f
    copy_16 0
    addi a1, a1, 16
    addi a6, a6, 16
3:  andi t1, a2, 8
    beqz t1, 4f
    lw t2, 0(a1)
    lw t3, 4(a1)
    sw t2, 0(a6)
    sw t3, 4(a6)
    addi a1, a1, 8
    addi a6, a6, 8
4:  andi t1, a2, 4
    beqz t1, 5f
    lw t2, 0(a1)
    sw t2, 0(a6)
    addi a1, a1, 4
    addi a6, a6, 4
5:  andi a2, a2, 3
.Lcopy_bytes:
    beqz a2, 9f
    add t1, a6, a2
8:  lbu t2, 0(a1)
    sb t2, 0(a6)
    addi a1, a1, 1
    addi a6, a6, 1
    bne a6, t1, 8b
9:  ret

.Lcopy_odd:
    li t2, 12
    bltu a2, t2, .Lcopy_bytes
    neg t1, a6
    andi t1, t1, 3
    beqz t1, 2f
    sub a2, a2, t1
    add t1, a6, t1
1:  lbu t2, 0(a1)                       # up to three bytes
    sb t2, 0(a6)
    addi a1, a1, 1
    addi a6, a6, 1
    bne a6, t1, 1b
2:  andi a3, a1, 3
    beqz a3, .Lcopy_words
    sub a1, a1, a3
    slli t1, a3, 3
    neg t2, t1                          # shifts look at the low five bits: 32 - t1
    lw t3, 0(a1)
    andi t6, a2, -16
    beqz t6, 4f
    add t6, a6, t6
3:  lw t4, 4(a1)
    srl t3, t3, t1
    sll t5, t4, t2
    or t3, t3, t5
    sw t3, 0(a6)
    lw t3, 8(a1)
    srl t4, t4, t1
    sll t5, t3, t2
    or t4, t4, t5
    sw t4, 4(a6)
    lw t4, 12(a1)
    srl t3, t3, t1
    sll t5, t4, t2
    or t3, t3, t5
    sw t3, 8(a6)
    lw t3, 16(a1)
    srl t4, t4, t1
    sll t5, t3, t2
    or t4, t4, t5
    sw t4, 12(a6)
    addi a1, a1, 16
    addi a6, a6, 16
    bne a6, t6, 3b
4:  andi t6, a2, 12
    beqz t6, 6f
    add t6, a6, t6
5:  lw t4, 4(a1)
    srl t3, t3, t1
    sll t5, t4, t2
    or t3, t3, t5
    sw t3, 0(a6)
    mv t3, t4
    addi a1, a1, 4
    addi a6, a6, 4
    bne a6, t6, 5b
6:  add a1, a1, a3
    andi a2, a2, 3
    j .Lcopy_bytes

    .globl memmove
    .p2align 2
memmove:                                # forward when safe, else from the end
    bleu a0, a1, memcpy
    add t1, a1, a2
    bgeu a0, t1, memcpy
    add t2, a0, a2                      # t1 and t2: ends of source and destination
    li t3, 12
    bltu a2, t3, .Lmove_bytes
    andi a3, t2, 3
    beqz a3, 2f
    sub a2, a2, a3
    sub a3, t2, a3
1:  addi t1, t1, -1
    addi t2, t2, -1
    lbu t3, 0(t1)
    sb t3, 0(t2)
    bne t2, a3, 1b
2:  andi a3, t1, 3
    andi a4, a2, -4
    sub a4, t2, a4                      # where the words end
    bnez a3, 4f
    andi a5, a2, 12                     # words beside the fours
    beqz a5, 9f
    sub a5, t2, a5
3:  addi t1, t1, -4
    addi t2, t2, -4
    lw t3, 0(t1)
    sw t3, 0(t2)
    bne t2, a5, 3b
9:  beq t2, a4, .Lmove_bytes
8:  addi t1, t1, -16
    addi t2, t2, -16
    lw t3, 12(t1)
    lw t4, 8(t1)
    lw t5, 4(t1)
    lw t6, 0(t1)
    sw t3, 12(t2)
    sw t4, 8(t2)
    sw t5, 4(t2)
    sw t6, 0(t2)
    bne t2, a4, 8b
    j .Lmove_bytes
4:  sub t1, t1, a3
    slli a5, a3, 3
    neg a6, a5
    lw t3, 0(t1)
    andi a7, a2, 4
    beqz a7, 9f
    addi t1, t1, -4
    addi t2, t2, -4
    lw t4, 0(t1)
    sll t3, t3, a6
    srl t5, t4, a5
    or t3, t3, t5
    sw t3, 0(t2)
    mv t3, t4
9:  beq t2, a4, 8f
5:  addi t1, t1, -8
    addi t2, t2, -8
    lw t4, 4(t1)
    sll t3, t3, a6
    srl t5, t4, a5
    or t3, t3, t5
    sw t3, 4(t2)
    lw t3, 0(t1)
    sll t4, t4, a6
    srl t5, t3, a5
    or t4, t4, t5
    sw t4, 0(t2)
    bne t2, a4, 5b
8:  add t1, t1, a3
.Lmove_bytes:
    beq t2, a0, 7f
6:  addi t1, t1, -1
    addi t2, t2, -1
    lbu t3, 0(t1)
    sb t3, 0(t2)
    bne t2, a0, 6b
7:  ret

    .globl memset
    .p2align 2
memset:                                 # a0 = to, a1 = byte, a2 = size; returns to
    mv a6, a0
    li t2, 8
    bltu a2, t2, 6f
    neg t1, a6
    andi t1, t1, 3
    beqz t1, 2f
    sub a2, a2, t1
    add t1, a6, t1
1:  sb a1, 0(a6)
    addi a6, a6, 1
    bne a6, t1, 1b
2:  andi a1, a1, 255
    beqz a1, 3f
    slli t1, a1, 8
    or a1, a1, t1
    slli t1, a1, 16
    or a1, a1, t1
3:  andi t1, a2, -32
    beqz t1, 5f
    add t1, a6, t1
    andi a2, a2, 31
4:  sw a1, 0(a6)
    sw a1, 4(a6)
    sw a1, 8(a6)
    sw a1, 12(a6)
    sw a1, 16(a6)
    sw a1, 20(a6)
    sw a1, 24(a6)
    sw a1, 28(a6)
    addi a6, a6, 32
    bne a6, t1, 4b
5:  andi t1, a2, 28
    beqz t1, 6f
    andi a2, a2, 3
    add t1, a6, t1
7:  sw a1, 0(a6)
    addi a6, a6, 4
    bne a6, t1, 7b
6:  beqz a2, 9f
    add t1, a6, a2
8:  sb a1, 0(a6)
    addi a6, a6, 1
    bne a6, t1, 8b
9:  ret

    .globl memcmp
    .globl bcmp
    .p2align 2
bcmp:
memcmp:                                 # a0, a1, a2 = size; negative, 0 or positive as the first bytes that differ
    or t1, a0, a1
    andi t1, t1, 3
    bnez t1, .Lcompare_odd
.Lcompare_words:
    andi t1, a2, -16
    beqz t1, 2f
    add t1, a0, t1
1:  compare_word 0
    compare_word 4
    compare_word 8
    compare_word 12
    addi a0, a0, 16
    addi a1, a1, 16
    bne a0, t1, 1b
2:  andi t1, a2, 12
    beqz t1, 4f
    add t1, a0, t1
3:  compare_word 0
    addi a0, a0, 4
    addi a1, a1, 4
    bne a0, t1, 3b
4:  andi a2, a2, 3
.Lcompare_bytes:
    beqz a2, 6f
    add t1, a0, a2
5:  lbu t2, 0(a0)
    lbu t3, 0(a1)
    bne t2, t3, 7f
    addi a0, a0, 1
    addi a1, a1, 1
    bne a0, t1, 5b
6:  li a0, 0
    ret
7:  sub a0, t2, t3
    ret
.Lwords_differ:                         # of t2 and t3, the lowest byte that differs decides
    xor t1, t2, t3
8:  andi t4, t1, 255
    bnez t4, 9f
    srli t1, t1, 8
    srli t2, t2, 8
    srli t3, t3, 8
    j 8b
9:  andi t2, t2, 255
    andi t3, t3, 255
    sub a0, t2, t3
    ret

.Lcompare_odd:
    li t2, 12
    bltu a2, t2, .Lcompare_bytes
    neg t1, a0
    andi t1, t1, 3
    beqz t1, 2f
    sub a2, a2, t1
    add t1, a0, t1
1:  lbu t2, 0(a0)                       # up to three bytes
    lbu t3, 0(a1)
    bne t2, t3, 7b
    addi a0, a0, 1
    addi a1, a1, 1
    bne a0, t1, 1b
2:  andi a3, a1, 3
    beqz a3, .Lcompare_words
    sub a1, a1, a3
    slli a4, a3, 3
    neg a5, a4
    lw t4, 0(a1)
    andi t1, a2, -8
    beqz t1, 4f
    add t1, a0, t1
3:  lw t5, 4(a1)
    lw t2, 0(a0)
    srl t3, t4, a4
    sll t6, t5, a5
    or t3, t3, t6
    bne t2, t3, .Lwords_differ
    lw t4, 8(a1)
    lw t2, 4(a0)
    srl t3, t5, a4
    sll t6, t4, a5
    or t3, t3, t6
    bne t2, t3, .Lwords_differ
    addi a0, a0, 8
    addi a1, a1, 8
    bne a0, t1, 3b
4:  add a1, a1, a3
    andi a2, a2, 7
    j .Lcompare_bytes
