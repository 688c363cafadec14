// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <functional>

/// Runs CUDA kernels on the host: each CUDA thread is a fiber, a block's fibers run in turn and wait for one another at
/// barriers. Meant to find what a device would not tell: see README.md here.
namespace cuda_emulation {

/// One dimension is all that kernels/ uses.
struct Index {
    unsigned x = 0;
};
struct Position {
    Index thread, block, grid;
};
/// Where the running CUDA thread is. Outside a kernel: a fault.
const Position& current();

struct Stream;

/// Queues a grid. Work runs when somebody waits for it (`drain`), or at once if the queue is not lazy.
void launch(unsigned blocks, unsigned threads, Stream* stream, std::function<void()> thread_body);
/// Runs what is queued.
void drain();
/// The running thread waits until all threads of its block have come here.
void barrier();
/// Memory of the running thread's block, the same for all its threads; `key` tells one array from another.
void* shared_memory(const void* key, size_t bytes);

/// An array of the block. KEY is a type of the declaration's own.
template <class T, size_t N, class KEY>
T (&shared_array(KEY))
[N] {
    static const char key = 0;
    return *static_cast<T(*)[N]>(shared_memory(&key, sizeof(T) * N));
}

}  // namespace cuda_emulation
