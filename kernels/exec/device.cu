// SPDX-License-Identifier: Apache-2.0
#include "kernels/exec/device.hpp"

#include "kernels/exec/check.cuh"

namespace ashlar::cuda {

HostResult<int> device_count() {
    int n = 0;
    const cudaError_t status = cudaGetDeviceCount(&n);
    // Without a driver the runtime says "insufficient driver", with a driver and no device "no device".
    if (status == cudaErrorNoDevice || status == cudaErrorInsufficientDriver) return 0;
    ASHLAR_TRY(check(status, "cudaGetDeviceCount"));
    return n;
}

HostResult<DeviceInfo> device_info(int index) {
    cudaDeviceProp p;
    ASHLAR_TRY(check(cudaGetDeviceProperties(&p, index), "cudaGetDeviceProperties"));
    return DeviceInfo{index, p.name, p.major, p.minor, p.totalGlobalMem};
}

Result<void, Error> use_device(int index) { return check(cudaSetDevice(index), "cudaSetDevice"); }
Result<void, Error> synchronize() { return check(cudaDeviceSynchronize(), "cudaDeviceSynchronize"); }

HostResult<void*> allocate(size_t bytes) {
    void* p = nullptr;
    if (bytes != 0) ASHLAR_TRY(check(cudaMalloc(&p, bytes), "cudaMalloc"));
    return p;
}
void release(void* p) { (void)cudaFree(p); }

Result<void, Error> copy_to_device(void* to, const void* from, size_t bytes) {
    return check(cudaMemcpy(to, from, bytes, cudaMemcpyHostToDevice), "cudaMemcpy to device");
}
Result<void, Error> copy_to_host(void* to, const void* from, size_t bytes) {
    return check(cudaMemcpy(to, from, bytes, cudaMemcpyDeviceToHost), "cudaMemcpy to host");
}

}  // namespace ashlar::cuda
