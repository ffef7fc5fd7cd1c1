package xlmr.pipeline;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import xlmr.data.ChoiceQuestion;
import xlmr.data.EncodedExamples;
import xlmr.model.Targets;
import xlmr.tokenizer.Encoding;
import xlmr.tokenizer.EncodingOptions;
import xlmr.tokenizer.XlmRobertaTokenizer;

/// Multiple-choice questions as token sequences, one for each choice: `<s> context </s></s>
/// question and choice </s>`. What is too long loses tokens at the end of the longer part.
///
/// @param sequences ids of all choices of all questions, one after the other
/// @param starts `[questions + 1]` each question's first sequence, and the number of sequences
/// @param truncated `[questions]` tokens that all choices of a question lost together
record ChoiceSequences(List<int[]> sequences, int[] starts, int[] truncated) {
    static ChoiceSequences of(
            List<ChoiceQuestion> questions,
            XlmRobertaTokenizer tokenizer,
            int maxLength,
            int threads) {
        List<String> contexts = new ArrayList<>();
        List<String> continuations = new ArrayList<>();
        int[] starts = new int[questions.size() + 1];
        for (int q = 0; q < questions.size(); q++) {
            ChoiceQuestion question = questions.get(q);
            for (int choice = 0; choice < question.choices().size(); choice++) {
                contexts.add(question.context());
                continuations.add(question.continuation(choice));
            }
            starts[q + 1] = contexts.size();
        }
        List<Encoding> encodings =
                tokenizer.encodeAllPairs(contexts, continuations, options(maxLength), threads);
        int[] truncated = new int[questions.size()];
        for (int q = 0; q < truncated.length; q++) {
            for (Encoding encoding : encodings.subList(starts[q], starts[q + 1])) {
                truncated[q] += encoding.truncatedTokens();
            }
        }
        return new ChoiceSequences(
                encodings.stream().map(Encoding::ids).toList(), starts, truncated);
    }

    /// How a context and a choice become tokens.
    static EncodingOptions options(int maxLength) {
        return EncodingOptions.defaults().withMaxLength(maxLength);
    }

    /// What a model reads.
    ///
    /// @param targets the right choices, or null where they are not known
    EncodedExamples examples(Targets.@Nullable Choices targets) {
        return new EncodedExamples(sequences, starts, targets);
    }

    /// The right choices.
    ///
    /// @throws xlmr.data.DataException if a question has none
    static Targets.Choices targets(List<ChoiceQuestion> questions) {
        int[] labels = new int[questions.size()];
        int[] counts = new int[labels.length];
        for (int q = 0; q < labels.length; q++) {
            ChoiceQuestion question = questions.get(q);
            labels[q] =
                    question.label()
                            .orElseThrow(() -> question.problem("the right choice is not given"));
            counts[q] = question.choices().size();
        }
        return new Targets.Choices(labels, counts);
    }
}
