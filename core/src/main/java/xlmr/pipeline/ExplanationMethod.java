package xlmr.pipeline;

import java.util.Locale;

/// How it is found out what each token of a text contributes to an answer.
public enum ExplanationMethod {
    /// The gradient of the number with respect to the word vectors, summed up on the straight way
    /// from a text without content to this one (Sundararajan et al., 2017). The contributions add
    /// up to the difference that the content makes.
    INTEGRATED_GRADIENTS,

    /// The gradient at the text itself times its word vectors: one pass, less faithful where the
    /// model is saturated.
    GRADIENT_X_INPUT,

    /// By how much the number falls when a token is hidden behind `<mask>`, each in turn.
    OCCLUSION,

    /// Where the attention of all layers leads to, half of each layer passing by (Abnar and
    /// Zuidema, 2020): a share of each token, the same for every label.
    ATTENTION_ROLLOUT;

    /// As on a command line: `integrated-gradients`.
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
