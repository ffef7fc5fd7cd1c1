package xlmr.eval;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Two models judged on the same examples: how much better the second is, whether that can be told
/// from chance, and where they differ.
///
/// | task | scores | test |
/// | --- | --- | --- |
/// | one label a text, multiple choice | accuracy, macro F1 | McNemar's |
/// | several labels a text | micro F1, macro F1, all labels right | randomization of micro F1 |
/// | a number a text | errors, correlation | randomization of the mean squared error |
/// | tags | F1 of entities, accuracy of tags | randomization, sentence by sentence |
/// | answers in a text | F1, exact matches | randomization of the mean F1 |
///
/// @param noun what an example is: `text`, `sentence`, `question`
/// @param examples the number of examples
/// @param scores how good both are; the first is the one that is tested
/// @param randomization the test of the first score, where it is not a share of right answers
/// @param rightness McNemar's test, where answers are right or wrong; the test of the first score
///   where there is no other
/// @param classes one entry a label or type of entity; none where there are none
/// @param differences the examples on which the two differ, in their order
/// @param resamples how many draws the bounds are of, and rounds of the randomization
/// @param seed of the draws
public record PairedComparison(
        String noun,
        int examples,
        List<ComparedScore> scores,
        @Nullable RandomizationTest randomization,
        @Nullable McNemar rightness,
        List<ComparedClass> classes,
        List<Difference> differences,
        int resamples,
        long seed) {

    /// Draws that are enough for two digits of the bounds.
    public static final int RESAMPLES = 10_000;

    /// An example on which the two differ.
    ///
    /// @param example its place, from 0
    /// @param truth what is right: labels, entities, a number, an answer
    /// @param first what the first says
    /// @param second what the second says
    /// @param gain by how much the second does better; below 0 it does worse, at 0 both are as good
    ///   or as bad. 1 where only it is right.
    public record Difference(
            int example, List<String> truth, List<String> first, List<String> second, double gain) {
        /// Copies the lists.
        public Difference {
            truth = List.copyOf(truth);
            first = List.copyOf(first);
            second = List.copyOf(second);
        }
    }

    public PairedComparison {
        scores = List.copyOf(scores);
        classes = List.copyOf(classes);
        differences = List.copyOf(differences);
    }

    /// Compares.
    ///
    /// @param answers of both, beside what is right
    /// @param resamples draws for the bounds and rounds of the randomization, at least 1
    /// @param seed of the draws: the same gives the same numbers
    /// @throws IllegalArgumentException if there is not at least one resample
    public static PairedComparison of(PairedAnswers answers, int resamples, long seed) {
        if (resamples < 1) {
            throw new IllegalArgumentException(
                    "comparison: expected at least one resample, found " + resamples);
        }
        ComparedExamples compared = ComparedExamples.of(answers);
        List<DifferenceInterval> intervals =
                PairedBootstrap.of(
                        compared.first(), compared.second(), compared.scores(), resamples, seed);
        double[] first = compared.first().total();
        double[] second = compared.second().total();
        List<ComparedScore> scores = new ArrayList<>();
        for (int s = 0; s < intervals.size(); s++) {
            SummedScore score = compared.scores().get(s);
            scores.add(
                    new ComparedScore(
                            score.key(),
                            score.title(),
                            score.of(first),
                            score.of(second),
                            intervals.get(s),
                            score.lowerIsBetter()));
        }
        return new PairedComparison(
                compared.noun(),
                answers.examples(),
                scores,
                compared.randomized()
                        ? RandomizationTest.of(
                                compared.first(),
                                compared.second(),
                                compared.scores().getFirst(),
                                resamples,
                                seed)
                        : null,
                compared.rightness(),
                classes(compared.classes(), first, second),
                compared.differences(),
                resamples,
                seed);
    }

    private static List<ComparedClass> classes(
            List<String> names, double[] first, double[] second) {
        List<ComparedClass> classes = new ArrayList<>();
        for (int k = 0; k < names.size(); k++) {
            classes.add(
                    new ComparedClass(
                            score(k, names.get(k), first), score(k, names.get(k), second)));
        }
        return classes;
    }

    private static ClassScore score(int k, String name, double[] sums) {
        return ClassScore.of(
                k,
                name,
                Math.round(sums[3 * k + 2]),
                Math.round(sums[3 * k]),
                Math.round(sums[3 * k + 1]),
                0);
    }

    /// The score by its name in JSON.
    ///
    /// @throws IllegalArgumentException if the task has no such score
    public ComparedScore score(String key) {
        return scores.stream()
                .filter(score -> score.key().equals(key))
                .findFirst()
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "comparison: no score '%s'; there are %s"
                                                .formatted(
                                                        key,
                                                        scores.stream()
                                                                .map(ComparedScore::key)
                                                                .toList())));
    }
}
