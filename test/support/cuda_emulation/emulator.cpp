// SPDX-License-Identifier: Apache-2.0
#include "test/support/cuda_emulation/emulator.hpp"

#include <algorithm>
#include <boost/context/fiber.hpp>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <numeric>
#include <random>
#include <string_view>
#include <utility>
#include <vector>

#include "test/support/cuda_emulation/cuda_runtime.h"
#include "test/support/cuda_emulation/sanitizer_fiber.hpp"

namespace cuda_emulation {

namespace {

namespace context = boost::context;

constexpr size_t STACK_BYTES = size_t{256} << 10;
constexpr unsigned MAX_THREADS = 1024;
constexpr unsigned MAX_BLOCKS = 0x7fffffff;
constexpr unsigned char FRESH_MEMORY = 0xa5;  ///< no field element has this in every byte

[[noreturn]] void fault(const char* what) {
    std::fprintf(stderr, "cuda emulation: %s\n", what);
    std::_Exit(1);
}

enum class Order { forward, backward, random };

/// Settings from the environment, read once.
struct Settings {
    Order order = Order::forward;
    bool lazy = false;
    std::mt19937 random{1};

    Settings() {
        const auto text = [](const char* name) {
            const char* v = std::getenv(name);
            return std::string_view(v ? v : "");
        };
        const auto order_text = text("CUDA_EMULATION_ORDER");
        if (order_text == "backward")
            order = Order::backward;
        else if (order_text == "random")
            order = Order::random;
        else if (!order_text.empty() && order_text != "forward")
            fault("CUDA_EMULATION_ORDER is forward, backward or random");
        const auto queue_text = text("CUDA_EMULATION_QUEUE");
        if (queue_text == "lazy")
            lazy = true;
        else if (!queue_text.empty() && queue_text != "eager")
            fault("CUDA_EMULATION_QUEUE is eager or lazy");
        if (const auto seed = text("CUDA_EMULATION_SEED"); !seed.empty())
            random.seed(static_cast<unsigned>(std::strtoul(seed.data(), nullptr, 10)));
    }
    std::vector<unsigned> arrange(unsigned n) {
        std::vector<unsigned> out(n);
        std::iota(out.begin(), out.end(), 0u);
        if (order == Order::backward) std::reverse(out.begin(), out.end());
        if (order == Order::random) std::shuffle(out.begin(), out.end(), random);
        return out;
    }
};
Settings& settings() {
    static Settings s;
    return s;
}

class Block;
/// The block and the thread that run now; null outside a kernel.
Block* running_block = nullptr;
Position* running_thread = nullptr;

/// Stacks of fibers, used again from block to block.
class Stacks {
  public:
    context::stack_context take() {
        if (free_.empty()) return source_.allocate();
        const auto s = free_.back();
        free_.pop_back();
        return s;
    }
    void give(const context::stack_context& s) { free_.push_back(s); }
    ~Stacks() {
        for (auto& s : free_) source_.deallocate(s);
    }

  private:
    context::fixedsize_stack source_{STACK_BYTES};
    std::vector<context::stack_context> free_;
};
Stacks& stacks() {
    static Stacks s;
    return s;
}
/// For Boost.Context, which would give a stack back as soon as its fiber ends: the next thread of the block, which no
/// barrier orders after that one, would write over it. The block keeps its stacks instead.
struct KeepStack {
    static void deallocate(context::stack_context&) {}
};

class Block {
  public:
    Block(unsigned index, unsigned blocks, unsigned threads, const std::function<void()>& body)
        : body_(body), threads_(threads) {
        for (unsigned i = 0; i < threads; i++) threads_[i].position = {{i}, {index}, {blocks}};
    }

    void run() {
        running_block = this;
        start_.release();
        for (size_t ended = 0; ended < threads_.size();) {
            for (unsigned i : settings().arrange(static_cast<unsigned>(threads_.size()))) resume(threads_[i]);
            // Everybody has ended or waits at a barrier; a barrier that not all come to never opens.
            ended = 0;
            for (const Thread& t : threads_) ended += t.ended;
            if (ended != 0 && ended != threads_.size())
                fault("divergent barrier: some threads of a block ended, others wait");
            turn_ ^= 1;
        }
        end_.acquire();
        for (const Thread& t : threads_) stacks().give(t.stack);
        running_block = nullptr;
    }
    void wait() {
        Thread& t = *running_;
        barrier_[turn_].release();
        t.switcher.leave(false);
        t.back = std::move(t.back).resume();
        t.switcher.entered();
        barrier_[turn_ ^ 1].acquire();
    }
    void* shared(const void* key, size_t bytes) {
        auto& memory = shared_[key];
        if (!memory) {
            memory = std::make_unique<unsigned char[]>(bytes);
            std::memset(memory.get(), FRESH_MEMORY, bytes);
            allocated_.release();
        }
        allocated_.acquire();
        return memory.get();
    }

  private:
    struct Thread {
        Position position;
        context::fiber fiber, back;
        context::stack_context stack;
        FiberSwitch switcher;
        bool started = false, ended = false;
    };

    void resume(Thread& t) {
        running_ = &t;
        running_thread = &t.position;
        if (!t.started) {
            t.started = true;
            t.stack = stacks().take();
            t.fiber = context::fiber(std::allocator_arg, context::preallocated(t.stack.sp, t.stack.size, t.stack),
                                     KeepStack(), [this, &t](context::fiber&& back) {
                                         t.switcher.entered();
                                         t.back = std::move(back);
                                         start_.acquire();
                                         body_();
                                         end_.release();
                                         t.ended = true;
                                         t.switcher.leave(true);
                                         return std::move(t.back);
                                     });
        }
        t.switcher.enter(static_cast<char*>(t.stack.sp) - t.stack.size, t.stack.size);
        t.fiber = std::move(t.fiber).resume();
        t.switcher.returned();
        running_thread = nullptr;
    }

    const std::function<void()>& body_;
    std::vector<Thread> threads_;
    Thread* running_ = nullptr;
    Edge start_, end_, barrier_[2], allocated_;
    unsigned turn_ = 0;
    std::map<const void*, std::unique_ptr<unsigned char[]>> shared_;
};

std::vector<std::function<void()>>& queue() {
    static std::vector<std::function<void()>> q;
    return q;
}
cudaError_t last_error = cudaSuccess;

}  // namespace

const Position& current() {
    if (!running_thread) fault("a kernel's variable is read outside a kernel");
    return *running_thread;
}
void barrier() {
    if (!running_block) fault("__syncthreads outside a kernel");
    running_block->wait();
}
void* shared_memory(const void* key, size_t bytes) {
    if (!running_block) fault("shared memory outside a kernel");
    return running_block->shared(key, bytes);
}

void launch(unsigned blocks, unsigned threads, Stream* stream, std::function<void()> thread_body) {
    if (stream) fault("only the default stream is there");
    if (blocks == 0 || blocks > MAX_BLOCKS || threads == 0 || threads > MAX_THREADS) {
        last_error = cudaErrorInvalidConfiguration;
        return;
    }
    queue().push_back([=] {
        for (unsigned b : settings().arrange(blocks)) Block(b, blocks, threads, thread_body).run();
    });
    if (!settings().lazy) drain();
}

void drain() {
    for (const auto& work : std::exchange(queue(), {})) work();
}

}  // namespace cuda_emulation

// --- the run-time library
// ---------------------------------------------------------------------------------------------

using cuda_emulation::drain;

const char* cudaGetErrorName(cudaError_t e) {
    switch (e) {
        case cudaSuccess:
            return "cudaSuccess";
        case cudaErrorInvalidValue:
            return "cudaErrorInvalidValue";
        case cudaErrorMemoryAllocation:
            return "cudaErrorMemoryAllocation";
        case cudaErrorInvalidConfiguration:
            return "cudaErrorInvalidConfiguration";
        case cudaErrorInsufficientDriver:
            return "cudaErrorInsufficientDriver";
        case cudaErrorNoDevice:
            return "cudaErrorNoDevice";
        case cudaErrorInvalidDevice:
            return "cudaErrorInvalidDevice";
    }
    return "unknown";
}
const char* cudaGetErrorString(cudaError_t e) { return cudaGetErrorName(e); }
cudaError_t cudaGetLastError() { return std::exchange(cuda_emulation::last_error, cudaSuccess); }

cudaError_t cudaGetDeviceCount(int* count) {
    *count = 1;
    return cudaSuccess;
}
cudaError_t cudaGetDeviceProperties(cudaDeviceProp* p, int device) {
    if (device != 0) return cudaErrorInvalidDevice;
    *p = {};
    std::strcpy(p->name, "emulated on the host");
    return cudaSuccess;
}
cudaError_t cudaSetDevice(int device) { return device == 0 ? cudaSuccess : cudaErrorInvalidDevice; }
cudaError_t cudaDeviceSynchronize() {
    drain();
    return cudaSuccess;
}
cudaError_t cudaStreamSynchronize(cudaStream_t) { return cudaDeviceSynchronize(); }

cudaError_t cudaMalloc(void** memory, size_t bytes) {
    *memory = std::malloc(bytes);
    if (!*memory) return cudaErrorMemoryAllocation;
    std::memset(*memory, cuda_emulation::FRESH_MEMORY, bytes);
    return cudaSuccess;
}
cudaError_t cudaFree(void* memory) {
    drain();  // as the real one: waits for work that may use the memory
    std::free(memory);
    return cudaSuccess;
}
cudaError_t cudaMemcpy(void* to, const void* from, size_t bytes, cudaMemcpyKind) {
    drain();
    if (bytes) std::memcpy(to, from, bytes);
    return cudaSuccess;
}
