package xlmr.pipeline;

import java.util.List;
import xlmr.data.TextSpan;

/// Which of a model's numbers an [Explanation] is about. One kind a task.
public sealed interface ExplainedNumber {
    /// The logit of a label of a text.
    ///
    /// @param label whose logit it is
    /// @param said the labels that the model gives the text: one, or of a multi-label problem any
    ///   number
    record Label(String label, List<String> said) implements ExplainedNumber {
        /// Copies the list.
        public Label {
            said = List.copyOf(said);
        }
    }

    /// The number that a regression gives.
    record Value() implements ExplainedNumber {}

    /// The logit of a tag of a word.
    ///
    /// @param tag whose logit it is
    /// @param said the tag that the model gives the word
    /// @param word the word
    /// @param span where it is in the text
    record Tag(String tag, String said, String word, TextSpan span) implements ExplainedNumber {}

    /// The logit of a choice.
    ///
    /// @param choice counted from 0
    /// @param said the one that the model chooses
    record Choice(int choice, int said) implements ExplainedNumber {}

    /// How well an answer fits.
    ///
    /// @param part which logits of it
    /// @param answer its words
    /// @param span where it is in the context
    record Answer(Part part, String answer, TextSpan span) implements ExplainedNumber {}

    /// Which logits of an answer.
    enum Part {
        /// That of its first token as a start.
        START,
        /// That of its last token as an end.
        END,
        /// The sum of both, by which answers are compared.
        BOTH
    }
}
