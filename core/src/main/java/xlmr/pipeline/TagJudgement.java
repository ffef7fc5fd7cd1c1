package xlmr.pipeline;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import xlmr.data.DataException;
import xlmr.data.LabelSet;
import xlmr.data.TaggedSentence;
import xlmr.eval.EvaluationReport;
import xlmr.eval.Logits;
import xlmr.eval.TagScheme;
import xlmr.eval.Tagging;
import xlmr.eval.WrongAnswer;

/// Compares what a tagger says with the right tags. A tag that the model does not know counts as
/// wrong, whatever it says, and is left out of the loss: another language may have such tags.
///
/// @param sentences with their right tags
/// @param labels the model's tags
/// @param scheme to read entities by strictly; null: leniently
record TagJudgement(List<TaggedSentence> sentences, LabelSet labels, @Nullable TagScheme scheme) {
    /// Checks that the sentences can be judged at all.
    ///
    /// @throws DataException if a sentence has no tags, or none of all tags is one of the model's
    TagJudgement {
        Set<String> found = new TreeSet<>();
        for (TaggedSentence sentence : sentences) {
            if (sentence.tags().isEmpty()) {
                throw sentence.problem("expected a tag for each word, found none");
            }
            found.addAll(sentence.tags());
        }
        Set<String> known = new HashSet<>(found);
        known.removeIf(tag -> labels.find(tag).isEmpty());
        if (known.isEmpty() && !sentences.isEmpty()) {
            throw sentences
                    .getFirst()
                    .problem(
                            "none of the tags is one of the model's: found %s, expected some of %s; is another column meant?"
                                    .formatted(some(found), some(labels.names())));
        }
    }

    /// @param logits of the sequences of `pieces` `[M][R K]`
    EvaluationReport report(WordPieces pieces, float[][] logits) {
        return report(pieces, logits, IntStream.range(0, sentences.size()).boxed().toList());
    }

    /// The report of some of the sentences.
    ///
    /// @param rows their places
    EvaluationReport report(WordPieces pieces, float[][] logits, List<Integer> rows) {
        List<List<String>> truth = new ArrayList<>();
        List<List<String>> predicted = new ArrayList<>();
        double loss = 0;
        long counted = 0;
        List<WrongAnswer> wrong = new ArrayList<>();
        for (int s : rows) {
            List<String> right = sentences.get(s).tags();
            List<String> said = new ArrayList<>(right.size());
            for (int word = 0; word < right.size(); word++) {
                double[] row = pieces.row(logits, s, word, labels.size());
                int best = Logits.argmax(row);
                said.add(labels.name(best));
                if (!labels.name(best).equals(right.get(word))) {
                    String expected =
                            "%s: %s".formatted(sentences.get(s).words().get(word), right.get(word));
                    wrong.add(
                            WrongAnswer.of(
                                    s, expected, labels.name(best), Logits.softmax(row)[best]));
                }
                OptionalInt label = labels.find(right.get(word));
                if (label.isPresent()) {
                    loss += Logits.crossEntropy(row, label.getAsInt());
                    counted++;
                }
            }
            truth.add(right);
            predicted.add(said);
        }
        return Tagging.report(truth, predicted, labels.names(), loss / counted, scheme, wrong);
    }

    private static String some(Collection<String> tags) {
        String shown = String.join(", ", tags.stream().limit(10).toList());
        return tags.size() > 10 ? shown + ", ..." : shown;
    }
}
