package xlmr.checkpoint;

import xlmr.tensor.DType;

/// A flat array that tensors are views of.
///
/// @param key names it within the file
/// @param dtype of its elements
/// @param elements how many
/// @param bytes that they take
record TorchStorage(String key, DType dtype, long elements, long bytes) {}
