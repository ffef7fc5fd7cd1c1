package xlmr.train;

/// What is minimised where each text, or token, has one of several classes.
public sealed interface LossFunction {
    /// -log p of the right class.
    LossFunction CROSS_ENTROPY = new CrossEntropy();

    /// γ of the [focal loss][xlmr.autograd.FocalLoss]; 0 for cross-entropy.
    double gamma();

    /// The text that [#parse] reads.
    String spec();

    /// See [#CROSS_ENTROPY].
    record CrossEntropy() implements LossFunction {
        @Override
        public double gamma() {
            return 0;
        }

        @Override
        public String spec() {
            return "cross-entropy";
        }
    }

    /// -(1 - p)^γ log p of the right class (Lin et al. 2017): what the model knows already counts
    /// less, what it gets wrong counts in full.
    ///
    /// @param gamma γ, from 0 (cross-entropy) to 10; the paper takes 2
    record Focal(double gamma) implements LossFunction {
        /// Checks γ.
        public Focal {
            Checks.that(gamma >= 0 && gamma <= 10, "focal loss, gamma", "in [0, 10]", gamma);
        }

        @Override
        public String spec() {
            return "focal:" + gamma;
        }
    }

    /// The loss called `cross-entropy`, `focal` (γ = 2) or `focal:1.5`.
    ///
    /// @throws IllegalArgumentException for any other text
    static LossFunction parse(String spec) {
        if (spec.equals("cross-entropy")) {
            return CROSS_ENTROPY;
        }
        if (spec.equals("focal")) {
            return new Focal(2);
        }
        if (spec.startsWith("focal:")) {
            try {
                return new Focal(Double.parseDouble(spec.substring("focal:".length())));
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException(unknown(spec), e);
            }
        }
        throw new IllegalArgumentException(unknown(spec));
    }

    private static String unknown(String spec) {
        return "loss: expected cross-entropy, focal or focal:GAMMA (focal:2), found '%s'"
                .formatted(spec);
    }
}
