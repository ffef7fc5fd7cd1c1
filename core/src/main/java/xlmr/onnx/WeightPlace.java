package xlmr.onnx;

/// Where the weights of an exported model lie.
public enum WeightPlace {
    /// In `model.onnx` if it stays below 2 GB, the limit of the format; else beside it.
    AUTOMATIC,
    /// In `model.onnx`.
    INSIDE,
    /// In `model.onnx.data` beside it, which a runtime maps instead of reading.
    BESIDE
}
