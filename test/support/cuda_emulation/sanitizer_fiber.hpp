// SPDX-License-Identifier: Apache-2.0
// What AddressSanitizer and ThreadSanitizer must be told when stacks are switched. Without a sanitizer all is empty.
#pragma once
#include <cstddef>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define CUDA_EMULATION_ASAN 1
#endif
#endif
#ifdef CUDA_EMULATION_ASAN
#include <sanitizer/common_interface_defs.h>
#endif
#ifdef CUDA_EMULATION_TSAN  // by the build: the emulator's own code is not instrumented
#include <sanitizer/tsan_interface.h>
#endif

namespace cuda_emulation {

/// An order between CUDA threads for ThreadSanitizer: what stands before a `release` is seen behind an `acquire`.
class Edge {
  public:
    void release() {
#ifdef CUDA_EMULATION_TSAN
        __tsan_release(&address_);
#endif
    }
    void acquire() {
#ifdef CUDA_EMULATION_TSAN
        __tsan_acquire(&address_);
#endif
    }

  private:
    [[maybe_unused]] char address_ = 0;
};

/// Switches between the scheduler and one CUDA thread. For ThreadSanitizer each CUDA thread is a thread of its own, and
/// a switch orders nothing: two threads that touch the same memory without a barrier between them are a race, whatever
/// the order they run in here.
class FiberSwitch {
  public:
#ifdef CUDA_EMULATION_TSAN
    FiberSwitch() : fiber_(__tsan_create_fiber(0)) {}
    ~FiberSwitch() { __tsan_destroy_fiber(fiber_); }
    FiberSwitch(const FiberSwitch&) = delete;
    FiberSwitch& operator=(const FiberSwitch&) = delete;
#endif

    /// The scheduler is about to run the thread, whose stack is [bottom, bottom + size).
    void enter([[maybe_unused]] const void* bottom, [[maybe_unused]] size_t size) {
#ifdef CUDA_EMULATION_TSAN
        scheduler_ = __tsan_get_current_fiber();
        __tsan_switch_to_fiber(fiber_, __tsan_switch_to_fiber_no_sync);
#endif
#ifdef CUDA_EMULATION_ASAN
        __sanitizer_start_switch_fiber(&scheduler_stack_, bottom, size);
#endif
    }
    /// First thing on the thread's stack after `enter`.
    void entered() {
#ifdef CUDA_EMULATION_ASAN
        __sanitizer_finish_switch_fiber(fiber_stack_, &scheduler_bottom_, &scheduler_size_);
#endif
    }
    /// The thread is about to go back to the scheduler; `ended`: it will not be entered again.
    void leave([[maybe_unused]] bool ended) {
#ifdef CUDA_EMULATION_ASAN
        __sanitizer_start_switch_fiber(ended ? nullptr : &fiber_stack_, scheduler_bottom_, scheduler_size_);
#endif
#ifdef CUDA_EMULATION_TSAN
        __tsan_switch_to_fiber(scheduler_, __tsan_switch_to_fiber_no_sync);
#endif
    }
    /// First thing on the scheduler's stack after the thread left.
    void returned() {
#ifdef CUDA_EMULATION_ASAN
        __sanitizer_finish_switch_fiber(scheduler_stack_, nullptr, nullptr);
#endif
    }

  private:
#ifdef CUDA_EMULATION_TSAN
    void *fiber_, *scheduler_ = nullptr;
#endif
#ifdef CUDA_EMULATION_ASAN
    void *scheduler_stack_ = nullptr, *fiber_stack_ = nullptr;
    const void* scheduler_bottom_ = nullptr;
    size_t scheduler_size_ = 0;
#endif
};

}  // namespace cuda_emulation
