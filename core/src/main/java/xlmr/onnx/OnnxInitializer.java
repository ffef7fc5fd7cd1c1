package xlmr.onnx;

import xlmr.tensor.DType;

/// A constant array of the graph.
///
/// @param name by which nodes read it
/// @param type F32, F16 or I64
/// @param shape sizes, outermost first; empty for a scalar
/// @param elements what is in it, read while it is written
record OnnxInitializer(String name, DType type, long[] shape, OnnxElements elements) {
    /// Bytes that the elements take.
    long bytes() {
        long bytes = type.bytes();
        for (long size : shape) {
            bytes = Math.multiplyExact(bytes, size);
        }
        return bytes;
    }
}
