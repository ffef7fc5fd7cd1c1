package xlmr.optim;

import java.util.Locale;
import java.util.function.ToDoubleFunction;

/// The constants of [AdamW].
///
/// @param beta1 β₁, decay of the first moment
/// @param beta2 β₂, decay of the second moment
/// @param epsilon ε, added to the root of the second moment
/// @param weightDecay λ of the parameters that decay
/// @param rateFactor what the learning rate of a parameter, by name, is multiplied by: layer-wise
///   rates
public record AdamWSettings(
        double beta1,
        double beta2,
        double epsilon,
        double weightDecay,
        ToDoubleFunction<String> rateFactor) {
    /// β₁ 0.9, β₂ 0.999, ε 1e-8, the same rate for all.
    public static AdamWSettings withWeightDecay(double weightDecay) {
        return new AdamWSettings(0.9, 0.999, 1e-8, weightDecay, name -> 1);
    }

    /// The same with a rate factor by parameter name.
    public AdamWSettings withRateFactor(ToDoubleFunction<String> factor) {
        return new AdamWSettings(beta1, beta2, epsilon, weightDecay, factor);
    }

    /// The Hugging Face Trainer's rule: everything decays but biases and LayerNorm.
    public boolean decays(String parameterName) {
        String name = parameterName.toLowerCase(Locale.ROOT);
        return !name.contains("bias")
                && !name.contains("layernorm")
                && !name.contains("layer_norm");
    }
}
