package xlmr.onnx;

import org.jspecify.annotations.Nullable;
import xlmr.tensor.DType;

/// How a model is exported.
///
/// @param task what the exported model computes; null for what the checkpoint was made for
/// @param weightType of matrices in the file: [DType#F32], or [DType#F16] for half the size.
///   Computed is in float32 either way; biases and LayerNorm stay float32
/// @param place where the weights lie
public record OnnxOptions(@Nullable OnnxTask task, DType weightType, WeightPlace place) {
    /// Checks the type.
    ///
    /// @throws IllegalArgumentException if it is neither F32 nor F16
    public OnnxOptions {
        if (weightType != DType.F32 && weightType != DType.F16) {
            throw new IllegalArgumentException(
                    "ONNX weights as %s; expected F32 or F16".formatted(weightType));
        }
    }

    /// The checkpoint's own task, float32, one file if it is small enough.
    public static OnnxOptions defaults() {
        return new OnnxOptions(null, DType.F32, WeightPlace.AUTOMATIC);
    }

    /// The same for another task: the bare encoder of a masked language model, for example.
    public OnnxOptions withTask(OnnxTask value) {
        return new OnnxOptions(value, weightType, place);
    }

    /// The same with matrices of another type.
    public OnnxOptions withWeightType(DType value) {
        return new OnnxOptions(task, value, place);
    }

    /// The same with the weights elsewhere.
    public OnnxOptions withPlace(WeightPlace value) {
        return new OnnxOptions(task, weightType, value);
    }
}
