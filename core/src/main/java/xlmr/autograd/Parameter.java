package xlmr.autograd;

import xlmr.tensor.Shape;
import xlmr.tensor.Tensor;

/// A named weight of a model. Identity matters: gradients and optimizer states are kept by
/// parameter.
public final class Parameter {
    private final String name;
    private final Tensor value;

    /// A parameter under its name in a Hugging Face checkpoint.
    public Parameter(String name, Tensor value) {
        this.name = name;
        this.value = value;
    }

    /// Name in the checkpoint, for example `roberta.encoder.layer.0.output.dense.weight`.
    public String name() {
        return name;
    }

    /// The weights. An optimizer changes them in place; nobody else does.
    public Tensor value() {
        return value;
    }

    /// Shape of the weights.
    public Shape shape() {
        return value.shape();
    }

    @Override
    public String toString() {
        return name + shape();
    }
}
