package xlmr.tokenizer;

/// Whose ids are reproduced; the two libraries differ on about one line in a thousand.
public enum TokenizerReference {
    /// C++ SentencePiece 0.2.3, ids moved to XLM-R's as fairseq does.
    SENTENCEPIECE,
    /// The fast tokenizer of Hugging Face: tokenizers 0.23.3 as transformers 5.23 sets it up.
    HUGGING_FACE
}
