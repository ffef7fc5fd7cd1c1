package xlmr.backend;

/// Element-wise functions, under the names of the reference (transformers/activations.py).
public enum Activation {
    /// x Φ(x), with the exact error function.
    GELU,
    /// 0.5 x (1 + tanh(√(2/π) (x + 0.044715 x³))); `gelu_new` and `gelu_pytorch_tanh`.
    GELU_TANH,
    /// max(x, 0).
    RELU,
    /// x σ(x); also called swish.
    SILU,
    /// x σ(1.702 x).
    QUICK_GELU,
    /// tanh(x).
    TANH,
    /// σ(x) = 1 / (1 + e⁻ˣ).
    SIGMOID
}
