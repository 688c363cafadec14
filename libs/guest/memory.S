# SPDX-License-Identifier: Apache-2.0
# memcpy and memset by words where alignment allows: these run on every copy of the guest, and each instruction is proven.
# A call of memcpy moves 32 bytes in 17 instructions.
    .text
    .globl memcpy
    .p2align 2
memcpy:                                 # a0 = to, a1 = from, a2 = size; returns to
    mv a6, a0
    xor t1, a0, a1
    andi t1, t1, 3
    li t2, 8
    bltu a2, t2, 5f
    bnez t1, 5f
1:  andi t1, a6, 3                      # head: up to three bytes
    beqz t1, 2f
    lbu t2, 0(a1)
    sb t2, 0(a6)
    addi a1, a1, 1
    addi a6, a6, 1
    addi a2, a2, -1
    j 1b
2:  andi t1, a2, -32
    beqz t1, 4f
    add t1, a6, t1
3:  lw t2, 0(a1)
    lw t3, 4(a1)
    lw t4, 8(a1)
    lw t5, 12(a1)
    sw t2, 0(a6)
    sw t3, 4(a6)
    sw t4, 8(a6)
    sw t5, 12(a6)
    lw t2, 16(a1)
    lw t3, 20(a1)
    lw t4, 24(a1)
    lw t5, 28(a1)
    sw t2, 16(a6)
    sw t3, 20(a6)
    sw t4, 24(a6)
    sw t5, 28(a6)
    addi a1, a1, 32
    addi a6, a6, 32
    bne a6, t1, 3b
    andi a2, a2, 31
4:  andi t1, a2, -4
    beqz t1, 5f
    add t1, a6, t1
6:  lw t2, 0(a1)
    sw t2, 0(a6)
    addi a1, a1, 4
    addi a6, a6, 4
    bne a6, t1, 6b
    andi a2, a2, 3
5:  beqz a2, 8f
    add t1, a6, a2
7:  lbu t2, 0(a1)
    sb t2, 0(a6)
    addi a1, a1, 1
    addi a6, a6, 1
    bne a6, t1, 7b
8:  ret

    .globl memmove
    .p2align 2
memmove:                                # forward when safe, else bytes from the end
    bleu a0, a1, memcpy
    add t1, a1, a2
    bgeu a0, t1, memcpy
    add t2, a0, a2
    or t4, t1, t2
    or t4, t4, a2
    andi t4, t4, 3
    beqz t4, 2f
1:  beq t2, a0, 3f
    addi t1, t1, -1
    addi t2, t2, -1
    lbu t3, 0(t1)
    sb t3, 0(t2)
    j 1b
2:  beq t2, a0, 3f                      # both ends and the size are multiples of four
    addi t1, t1, -4
    addi t2, t2, -4
    lw t3, 0(t1)
    sw t3, 0(t2)
    j 2b
3:  ret

    .globl memset
    .p2align 2
memset:                                 # a0 = to, a1 = byte, a2 = size; returns to
    mv a6, a0
    li t2, 8
    bltu a2, t2, 4f
1:  andi t1, a6, 3
    beqz t1, 2f
    sb a1, 0(a6)
    addi a6, a6, 1
    addi a2, a2, -1
    j 1b
2:  andi a1, a1, 255
    slli t1, a1, 8
    or a1, a1, t1
    slli t1, a1, 16
    or a1, a1, t1
    andi t1, a2, -4
    add t1, a6, t1
3:  sw a1, 0(a6)
    addi a6, a6, 4
    bne a6, t1, 3b
    andi a2, a2, 3
4:  beqz a2, 6f
    add t1, a6, a2
5:  sb a1, 0(a6)
    addi a6, a6, 1
    bne a6, t1, 5b
6:  ret
