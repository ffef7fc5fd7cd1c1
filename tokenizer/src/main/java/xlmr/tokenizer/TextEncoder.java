package xlmr.tokenizer;

import java.util.List;
import xlmr.tokenizer.piece.TokenList;

/// Text to the model's token ids, without special tokens around it. Immutable; what a call needs is
/// in the scratch of its thread.
sealed interface TextEncoder permits SentencePieceEncoder, HuggingFaceEncoder {
    /// Arrays of one thread, used again from text to text.
    interface Scratch {}

    /// New arrays for a thread.
    Scratch scratch();

    /// Appends the tokens of a text.
    ///
    /// @param word the word that all tokens belong to, or -1 to count the words of the text
    /// @param inlineTokens whether special tokens in the text are tokens
    void append(String text, int word, boolean inlineTokens, Scratch scratch, TokenList tokens);

    /// Number of token ids.
    int size();

    /// The text of a token.
    String piece(int id);

    /// The id of a token's text, or that of the unknown token.
    int id(String piece);

    /// The text of ids; special tokens are left out or written as they are.
    String decode(int[] ids, boolean skipSpecialTokens);

    /// The special tokens around texts.
    Template template();

    /// How texts are cut.
    TruncationRule truncation();

    /// What is odd about the file, one line each.
    List<String> warnings();
}
