// What the kernels of attention are told: queries are [N, heads, size], keys and values [M, heads, size]. Sequence b has
// the queries from starts[b] and the keys from keyStarts[b] on. `tiles` says for each block the sequence and its first row
// there, blockIdx.y is the head.

#pragma once

// The host lays it out in this order.
struct Shape {
    const int2* tiles;
    const int* starts;
    const int* keyStarts;
    int heads;
    int size;
    int causal;
    float scale;
    unsigned low;
    unsigned high;
    unsigned threshold;
    float factor;
};

// A sequence, as a block sees it.
struct Sequence {
    int firstQuery;
    int queries;
    int firstKey;
    int keys;

    __device__ Sequence(const Shape& shape, int b)
        : firstQuery(shape.starts[b]),
          queries(shape.starts[b + 1] - shape.starts[b]),
          firstKey(shape.keyStarts[b]),
          keys(shape.keyStarts[b + 1] - shape.keyStarts[b]) {}

    // How many keys a query sees: the first ones.
    __device__ int seen(const Shape& shape, int query) const {
        return shape.causal ? keys - queries + query + 1 : keys;
    }
};
