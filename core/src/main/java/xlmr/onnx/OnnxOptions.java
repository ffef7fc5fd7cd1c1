package xlmr.onnx;

import xlmr.tensor.DType;

/// How a model is exported.
///
/// @param encoderAlone whether the head of the checkpoint is left out, and hidden states come out
/// @param weightType of matrices in the file: [DType#F32], or [DType#F16] for half the size.
///   Computed is in float32 either way; biases and LayerNorm stay float32
/// @param place where the weights lie
public record OnnxOptions(boolean encoderAlone, DType weightType, WeightPlace place) {
    /// Checks the type.
    ///
    /// @throws IllegalArgumentException if it is neither F32 nor F16
    public OnnxOptions {
        if (weightType != DType.F32 && weightType != DType.F16) {
            throw new IllegalArgumentException(
                    "ONNX weights as %s; expected F32 or F16".formatted(weightType));
        }
    }

    /// The checkpoint's own head, float32, one file if it is small enough.
    public static OnnxOptions defaults() {
        return new OnnxOptions(false, DType.F32, WeightPlace.AUTOMATIC);
    }

    /// The same with or without the head.
    public OnnxOptions withEncoderAlone(boolean value) {
        return new OnnxOptions(value, weightType, place);
    }

    /// The same with matrices of another type.
    public OnnxOptions withWeightType(DType value) {
        return new OnnxOptions(encoderAlone, value, place);
    }

    /// The same with the weights elsewhere.
    public OnnxOptions withPlace(WeightPlace value) {
        return new OnnxOptions(encoderAlone, weightType, value);
    }
}
