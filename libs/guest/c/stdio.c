/* SPDX-License-Identifier: Apache-2.0 */
/* The streams of C's stdio (picolibc): standard output and error go to the host's log, line by line, and are no part of
 * the proof. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { WRITE = 2, LINE = 256 };

struct line {
    uint32_t descriptor, size;
    char text[LINE];
};

static struct line lines[2] = {{.descriptor = 1}, {.descriptor = 2}};

static void send(struct line* l) {
    register uint32_t t0 __asm__("t0") = WRITE;
    register uint32_t a0 __asm__("a0") = l->descriptor;
    register uint32_t a1 __asm__("a1") = (uint32_t)(uintptr_t)l->text;
    register uint32_t a2 __asm__("a2") = l->size;
    __asm__ volatile("ecall" : "+r"(t0) : "r"(a0), "r"(a1), "r"(a2) : "memory");
    l->size = 0;
}
static void send_rest(void) {
    for (int i = 0; i < 2; i++)
        if (lines[i].size) send(&lines[i]);
}
static int put(struct line* l, char c) {
    static int at_exit = 0;
    if (!at_exit) at_exit = atexit(send_rest) == 0;
    l->text[l->size++] = c;
    if (c == '\n' || l->size == LINE) send(l);
    return (unsigned char)c;
}
static int put_output(char c, FILE* file) {
    (void)file;
    return put(&lines[0], c);
}
static int put_error(char c, FILE* file) {
    (void)file;
    return put(&lines[1], c);
}
static int flush(FILE* file) {
    struct line* l = &lines[file == stderr];
    if (l->size) send(l);
    return 0;
}
static int no_input(FILE* file) {
    (void)file;
    return EOF;
}

static FILE output = FDEV_SETUP_STREAM(put_output, NULL, flush, _FDEV_SETUP_WRITE);
static FILE error = FDEV_SETUP_STREAM(put_error, NULL, flush, _FDEV_SETUP_WRITE);
static FILE input = FDEV_SETUP_STREAM(NULL, no_input, NULL, _FDEV_SETUP_READ);

FILE* const stdin = &input;
FILE* const stdout = &output;
FILE* const stderr = &error;
