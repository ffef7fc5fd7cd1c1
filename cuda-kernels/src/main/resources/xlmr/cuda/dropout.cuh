// Which elements a dropout keeps: the same function of key and index as `DropoutMask` on the CPU.

#pragma once

__device__ __forceinline__ unsigned dropoutHash(unsigned index, unsigned low, unsigned high) {
    unsigned hash = index * 0x9E3779B9u + low;
    hash ^= hash >> 16;
    hash *= 0x7FEB352Du;
    hash ^= hash >> 15;
    hash += high;
    hash *= 0x846CA68Bu;
    hash ^= hash >> 16;
    return hash;
}

__device__ __forceinline__ bool keeps(unsigned index, unsigned low, unsigned high, unsigned threshold) {
    return dropoutHash(index, low, high) >> 8 >= threshold;
}
