package xlmr.model;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import xlmr.autograd.Ops;
import xlmr.backend.SegmentReduction;
import xlmr.tensor.Tensor;
import xlmr.tensor.TokenBatch;

/// How the hidden states of a sentence's tokens become one vector: the modes of
/// sentence-transformers that embedders of this family use.
public enum Pooling {
    /// The hidden state of `<s>`.
    CLS("cls", "pooling_mode_cls_token"),
    /// The mean over all tokens, `<s>` and `</s>` included.
    MEAN("mean", "pooling_mode_mean_tokens"),
    /// The largest of all tokens, in each dimension.
    MAX("max", "pooling_mode_max_tokens");

    private final String word;
    private final String flag;

    Pooling(String word, String flag) {
        this.word = word;
        this.flag = flag;
    }

    /// The mode of a name, such as `mean`; empty if there is none.
    public static Optional<Pooling> named(String name) {
        return Arrays.stream(values())
                .filter(mode -> mode.word.equals(name.toLowerCase(Locale.ROOT)))
                .findFirst();
    }

    /// One vector for each sequence. `[N, C] -> [B, C]`
    public Tensor pool(Ops ops, Tensor hidden, TokenBatch tokens) {
        return switch (this) {
            case CLS -> ops.selectRows(hidden, tokens.firstTokens()); // [B, C]
            case MEAN ->
                    ops.reduceSegments(SegmentReduction.MEAN, hidden, tokens.starts()); // [B, C]
            case MAX -> ops.reduceSegments(SegmentReduction.MAX, hidden, tokens.starts()); // [B, C]
        };
    }

    /// Its name in `pooling_mode` of sentence-transformers 6.
    public String word() {
        return word;
    }

    /// The field that is true for it in `1_Pooling/config.json` of earlier releases.
    public String flag() {
        return flag;
    }
}
