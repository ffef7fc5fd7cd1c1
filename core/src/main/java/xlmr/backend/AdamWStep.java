package xlmr.backend;

/// The numbers of one AdamW update (Loshchilov and Hutter 2019, as torch.optim.AdamW computes it):
/// p ← p (1 - η λ); m ← β₁ m + (1 - β₁) g; v ← β₂ v + (1 - β₂) g²; p ← p - η / (1 - β₁ᵗ) · m / (√v
/// / √(1 - β₂ᵗ) + ε).
///
/// @param learningRate η of this step
/// @param beta1 β₁
/// @param beta2 β₂
/// @param epsilon ε
/// @param weightDecay λ; 0 for biases and LayerNorm
/// @param step t, 1 at the first update
public record AdamWStep(
        double learningRate,
        double beta1,
        double beta2,
        double epsilon,
        double weightDecay,
        long step) {
    /// 1 - η λ, what a weight is multiplied by first.
    public float decay() {
        return (float) (1 - learningRate * weightDecay);
    }

    /// η / (1 - β₁ᵗ).
    public float stepSize() {
        return (float) (learningRate / (1 - Math.pow(beta1, step)));
    }

    /// √(1 - β₂ᵗ).
    public float correction() {
        return (float) Math.sqrt(1 - Math.pow(beta2, step));
    }
}
