package xlmr.pipeline;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/// Which vectors of a text [FeatureExtraction] gives.
public enum FeaturePooling {
    /// One vector a text: the hidden state of `<s>`. Of the last layer it is what the default head
    /// of sequence classification reads.
    CLS,
    /// One vector a text: the mean over all tokens, `<s>` and `</s>` included.
    MEAN,
    /// One vector a text: the largest of all tokens, in each dimension.
    MAX,
    /// A vector for each token.
    TOKENS,
    /// What the last linear layer of the model's head reads: the vectors right before the logits.
    /// In the default head of sequence classification it is the hidden state of `<s>` after dense
    /// and tanh; in a head of one linear layer (token classification, question answering) it is the
    /// last hidden state of each token itself.
    HEAD;

    /// The name that users type.
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// The pooling that users call by this name.
    ///
    /// @throws IllegalArgumentException naming all, if there is none
    public static FeaturePooling named(String word) {
        return Arrays.stream(values())
                .filter(pooling -> pooling.word().equals(word))
                .findFirst()
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "pool: expected one of %s, found '%s'"
                                                .formatted(
                                                        Arrays.stream(values())
                                                                .map(FeaturePooling::word)
                                                                .collect(Collectors.joining(", ")),
                                                        word)));
    }
}
