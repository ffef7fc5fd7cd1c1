package xlmr.tokenizer.sentencepiece;

/// How a model segments, by the numbers of `TrainerSpec.ModelType`.
public enum ModelType {
    UNIGRAM(1),
    BPE(2),
    WORD(3),
    CHAR(4);

    private final int number;

    ModelType(int number) {
        this.number = number;
    }

    /// The type of a number. One that does not exist counts as unigram, as in the C++ library.
    static ModelType of(int number) {
        for (ModelType type : values()) {
            if (type.number == number) {
                return type;
            }
        }
        return UNIGRAM;
    }
}
