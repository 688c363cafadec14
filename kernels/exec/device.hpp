// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <string>
#include <utility>

#include "libs/base/error.hpp"

/// Devices, device memory and copies, without CUDA headers: the host side of the library includes only this.
namespace ashlar::cuda {

struct DeviceInfo {
    int index = 0;
    std::string name;
    int major = 0, minor = 0;
    size_t memory_bytes = 0;
};

/// Number of usable devices; 0 also where there is no driver. Error `cuda` for anything else.
HostResult<int> device_count();
HostResult<DeviceInfo> device_info(int index);
/// Makes a device current for the calling thread.
Result<void, Error> use_device(int index);
/// Waits for all work of the current device; reports what failed since the last call.
Result<void, Error> synchronize();

HostResult<void*> allocate(size_t bytes);
void release(void* p);
Result<void, Error> copy_to_device(void* to, const void* from, size_t bytes);
Result<void, Error> copy_to_host(void* to, const void* from, size_t bytes);

/// Owning array on the device that was current when it was made.
template <class T>
class DeviceBuffer {
  public:
    static HostResult<DeviceBuffer> make(size_t size) {
        ASHLAR_ASSIGN(void* p, allocate(size * sizeof(T)));
        DeviceBuffer b;
        b.data_ = static_cast<T*>(p);
        b.size_ = size;
        return HostResult<DeviceBuffer>(std::move(b));
    }
    static HostResult<DeviceBuffer> from_host(const T* from, size_t size) {
        ASHLAR_ASSIGN(DeviceBuffer b, make(size));
        ASHLAR_TRY(copy_to_device(b.data_, from, size * sizeof(T)));
        return HostResult<DeviceBuffer>(std::move(b));
    }
    DeviceBuffer() = default;
    DeviceBuffer(DeviceBuffer&& o) noexcept
        : data_(std::exchange(o.data_, nullptr)), size_(std::exchange(o.size_, 0)) {}
    DeviceBuffer& operator=(DeviceBuffer&& o) noexcept {
        std::swap(data_, o.data_);
        std::swap(size_, o.size_);
        return *this;
    }
    ~DeviceBuffer() { release(data_); }

    T* data() { return data_; }
    const T* data() const { return data_; }
    size_t size() const { return size_; }
    Result<void, Error> to_host(T* to) const { return copy_to_host(to, data_, size_ * sizeof(T)); }

  private:
    T* data_ = nullptr;
    size_t size_ = 0;
};

}  // namespace ashlar::cuda
