package xlmr.tokenizer;

/// Which pieces of one character stay in a smaller vocabulary although no text needs them. They are
/// what a word is cut into whose longer pieces are gone; a character without a piece is unknown.
public enum KeptCharacters {
    /// Only those that the texts need.
    NONE,
    /// Those of every script that occurs in the texts, with digits and signs.
    SCRIPTS,
    /// All.
    ALL
}
