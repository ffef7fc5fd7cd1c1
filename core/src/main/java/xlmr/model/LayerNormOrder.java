package xlmr.model;

/// Where a layer normalizes.
public enum LayerNormOrder {
    /// What attention and feed-forward network give, added to their input, is normalized: XLM-R
    /// base and large (Vaswani et al. 2017). The embeddings are normalized too.
    AFTER,
    /// The input of attention and feed-forward network is normalized, the sum is not: XLM-R XL and
    /// XXL (Goyal et al. 2021, XLMRobertaXLLayer). What the last layer gives is normalized once
    /// more, the embeddings are not.
    BEFORE
}
