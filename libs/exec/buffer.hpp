// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <span>
#include <type_traits>
#include <utility>

namespace ashlar::exec {

/// Memory for `bytes` bytes, 64-byte aligned, from huge pages where the system gives them; never null (aborts when
/// memory is exhausted). Contents are not initialised.
void* allocate_aligned(size_t bytes);
void free_aligned(void* p, size_t bytes);

/// Owning array of trivial values: uninitialised, 64-byte aligned, movable. Copying is explicit.
template <class T>
class Buffer {
    static_assert(std::is_trivially_copyable_v<T>);

  public:
    Buffer() = default;
    explicit Buffer(size_t size) : data_(static_cast<T*>(allocate_aligned(size * sizeof(T)))), size_(size) {}
    Buffer(Buffer&& o) noexcept : data_(std::exchange(o.data_, nullptr)), size_(std::exchange(o.size_, 0)) {}
    Buffer& operator=(Buffer&& o) noexcept {
        if (this != &o) {
            free_aligned(data_, size_ * sizeof(T));
            data_ = std::exchange(o.data_, nullptr);
            size_ = std::exchange(o.size_, 0);
        }
        return *this;
    }
    ~Buffer() { free_aligned(data_, size_ * sizeof(T)); }

    /// A buffer with every byte zero.
    static Buffer zeroed(size_t size);
    Buffer copy() const;

    T* data() { return data_; }
    const T* data() const { return data_; }
    size_t size() const { return size_; }
    bool empty() const { return size_ == 0; }
    T& operator[](size_t i) { return data_[i]; }
    const T& operator[](size_t i) const { return data_[i]; }
    T* begin() { return data_; }
    T* end() { return data_ + size_; }
    const T* begin() const { return data_; }
    const T* end() const { return data_ + size_; }
    operator std::span<T>() { return {data_, size_}; }
    operator std::span<const T>() const { return {data_, size_}; }
    std::span<T> span() { return {data_, size_}; }
    std::span<const T> span() const { return {data_, size_}; }

  private:
    T* data_ = nullptr;
    size_t size_ = 0;
};

template <class T>
Buffer<T> Buffer<T>::zeroed(size_t size) {
    Buffer b(size);
    __builtin_memset(static_cast<void*>(b.data_), 0, size * sizeof(T));
    return b;
}

template <class T>
Buffer<T> Buffer<T>::copy() const {
    Buffer b(size_);
    if (size_ != 0) __builtin_memcpy(static_cast<void*>(b.data_), data_, size_ * sizeof(T));
    return b;
}

}  // namespace ashlar::exec
