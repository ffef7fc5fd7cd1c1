package xlmr.pipeline;

/// What a model can be written as.
public enum ModelFormat {
    /// A Hugging Face directory: `config.json`, safetensors, tokenizer files.
    SAFETENSORS("safetensors"),
    /// The same for an encoder, with the files that tell sentence-transformers how to pool.
    SENTENCE_TRANSFORMERS("sentence-transformers");

    private final String word;

    ModelFormat(String word) {
        this.word = word;
    }

    /// The name that users type.
    @Override
    public String toString() {
        return word;
    }
}
