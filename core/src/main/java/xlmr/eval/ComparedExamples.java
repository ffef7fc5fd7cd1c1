package xlmr.eval;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import xlmr.eval.PairedComparison.Difference;

/// The answers of two models taken apart into what each example adds to sums, from which the scores
/// of any draw of the examples follow.
///
/// @param noun what an example is
/// @param first what each example adds for the first model
/// @param second what it adds for the second
/// @param scores of the sums; the first is the one that is tested
/// @param randomized whether it is tested by randomization; else by McNemar's test
/// @param rightness null where answers are not right or wrong
/// @param classes whose counts are the first of the sums
/// @param differences examples on which the two differ
record ComparedExamples(
        String noun,
        ExampleSums first,
        ExampleSums second,
        List<SummedScore> scores,
        boolean randomized,
        @Nullable McNemar rightness,
        List<String> classes,
        List<Difference> differences) {
    private static final String TEXT = "text";
    private static final String QUESTION = "question";

    static ComparedExamples of(PairedAnswers answers) {
        return switch (answers) {
            case PairedAnswers.Classes classes -> ofClasses(classes);
            case PairedAnswers.Labels labels -> ofLabels(labels);
            case PairedAnswers.Numbers numbers -> ofNumbers(numbers);
            case PairedAnswers.Tags tags -> ComparedTags.of(tags);
            case PairedAnswers.Spans spans -> ofSpans(spans);
            case PairedAnswers.Choices choices -> ofChoices(choices);
        };
    }

    private static ComparedExamples ofClasses(PairedAnswers.Classes answers) {
        int classes = answers.labels().size();
        IntFunction<ExampleSums.Row> first =
                i -> oneOf(answers.truth()[i], answers.first()[i], classes);
        IntFunction<ExampleSums.Row> second =
                i -> oneOf(answers.truth()[i], answers.second()[i], classes);
        int rows = answers.examples();
        return new ComparedExamples(
                TEXT,
                sums(3 * classes + 2, rows, first),
                sums(3 * classes + 2, rows, second),
                List.of(
                        accuracy(3 * classes),
                        new SummedScore.MacroF1("macro_f1", "macro F1", classes, true)),
                false,
                McNemar.of(
                        flags(rows, i -> answers.first()[i] == answers.truth()[i]),
                        flags(rows, i -> answers.second()[i] == answers.truth()[i])),
                answers.labels(),
                chosen(
                        answers.truth(),
                        answers.first(),
                        answers.second(),
                        id -> answers.labels().get(id)));
    }

    private static ExampleSums.Row oneOf(int truth, int said, int classes) {
        ExampleSums.Row row = new ExampleSums.Row();
        row.add(3 * truth + 2, 1).add(3 * said + 1, 1).add(3 * classes + 1, 1);
        return truth == said ? row.add(3 * truth, 1).add(3 * classes, 1) : row;
    }

    private static ComparedExamples ofLabels(PairedAnswers.Labels answers) {
        int classes = answers.labels().size();
        int rows = answers.examples();
        boolean[] firstRight = new boolean[rows];
        boolean[] secondRight = new boolean[rows];
        List<Difference> differences = new ArrayList<>();
        for (int i = 0; i < rows; i++) {
            List<String> truth = named(answers.truth()[i], answers.labels());
            List<String> one = named(answers.first()[i], answers.labels());
            List<String> other = named(answers.second()[i], answers.labels());
            firstRight[i] = one.equals(truth);
            secondRight[i] = other.equals(truth);
            if (!one.equals(other)) {
                differences.add(
                        new Difference(i, truth, one, other, gain(firstRight[i], secondRight[i])));
            }
        }
        return new ComparedExamples(
                TEXT,
                sums(3 * classes + 2, rows, i -> labels(answers.truth()[i], answers.first()[i])),
                sums(3 * classes + 2, rows, i -> labels(answers.truth()[i], answers.second()[i])),
                List.of(
                        new SummedScore.MicroF1("micro_f1", "micro F1", classes),
                        new SummedScore.MacroF1("macro_f1", "macro F1", classes, false),
                        new SummedScore.Ratio(
                                "accuracy",
                                "all labels right",
                                3 * classes,
                                3 * classes + 1,
                                false)),
                true,
                McNemar.of(firstRight, secondRight),
                answers.labels(),
                differences);
    }

    private static ExampleSums.Row labels(boolean[] truth, boolean[] said) {
        ExampleSums.Row row = new ExampleSums.Row().add(3 * truth.length + 1, 1);
        boolean all = true;
        for (int k = 0; k < truth.length; k++) {
            all &= truth[k] == said[k];
            if (truth[k]) {
                row.add(3 * k + 2, 1);
            }
            if (said[k]) {
                row.add(3 * k + 1, 1);
            }
            if (truth[k] && said[k]) {
                row.add(3 * k, 1);
            }
        }
        return all ? row.add(3 * truth.length, 1) : row;
    }

    private static List<String> named(boolean[] flags, List<String> labels) {
        return IntStream.range(0, flags.length)
                .filter(k -> flags[k])
                .mapToObj(labels::get)
                .toList();
    }

    private static ComparedExamples ofNumbers(PairedAnswers.Numbers answers) {
        int rows = answers.examples();
        double mean = BatchMeanLoss.mean(answers.truth());
        List<Difference> differences = new ArrayList<>();
        for (int i = 0; i < rows; i++) {
            double truth = answers.truth()[i];
            double one = answers.first()[i];
            double other = answers.second()[i];
            if (one != other) {
                differences.add(
                        new Difference(
                                i,
                                List.of(NumberWords.decimals(truth)),
                                List.of(NumberWords.decimals(one)),
                                List.of(NumberWords.decimals(other)),
                                Math.abs(one - truth) - Math.abs(other - truth)));
            }
        }
        return new ComparedExamples(
                TEXT,
                sums(8, rows, i -> number(answers.truth()[i], answers.first()[i], mean)),
                sums(8, rows, i -> number(answers.truth()[i], answers.second()[i], mean)),
                List.of(
                        new SummedScore.Ratio(
                                "mean_squared_error", "mean squared error", 0, 7, true),
                        new SummedScore.Ratio(
                                "mean_absolute_error", "mean absolute error", 1, 7, true),
                        new SummedScore.Pearson("pearson", "Pearson's correlation", 2)),
                true,
                null,
                List.of(),
                differences);
    }

    /// @param mean of the right numbers, which keeps the sums of squares small
    private static ExampleSums.Row number(double truth, double said, double mean) {
        double error = said - truth;
        double x = said - mean;
        double y = truth - mean;
        return new ExampleSums.Row()
                .add(0, error * error)
                .add(1, Math.abs(error))
                .add(2, x)
                .add(3, y)
                .add(4, x * x)
                .add(5, y * y)
                .add(6, x * y)
                .add(7, 1);
    }

    private static ComparedExamples ofSpans(PairedAnswers.Spans answers) {
        int rows = answers.examples();
        SquadVersion version = SquadVersion.of(answers.first());
        AnswerScore[] first = new AnswerScore[rows];
        AnswerScore[] second = new AnswerScore[rows];
        List<Difference> differences = new ArrayList<>();
        for (int i = 0; i < rows; i++) {
            AnsweredQuestion one = answers.first().get(i);
            AnsweredQuestion other = answers.second().get(i);
            first[i] = AnswerScore.of(one, version, answers.threshold());
            second[i] = AnswerScore.of(other, version, answers.threshold());
            List<String> firstSays = said(one, version, answers.threshold());
            List<String> secondSays = said(other, version, answers.threshold());
            if (!firstSays.equals(secondSays)) {
                differences.add(
                        new Difference(
                                i,
                                one.truths(),
                                firstSays,
                                secondSays,
                                second[i].f1() - first[i].f1()));
            }
        }
        return new ComparedExamples(
                QUESTION,
                sums(3, rows, i -> answer(first[i])),
                sums(3, rows, i -> answer(second[i])),
                List.of(
                        new SummedScore.Ratio("f1", "F1 of answers", 0, 2, false),
                        new SummedScore.Ratio("exact_match", "exact matches", 1, 2, false)),
                true,
                McNemar.of(
                        flags(rows, i -> first[i].exact() == 1),
                        flags(rows, i -> second[i].exact() == 1)),
                List.of(),
                differences);
    }

    private static ExampleSums.Row answer(AnswerScore score) {
        return new ExampleSums.Row().add(0, score.f1()).add(1, score.exact()).add(2, 1);
    }

    private static List<String> said(
            AnsweredQuestion question, SquadVersion version, double threshold) {
        boolean none = question.isLeftOut(version, threshold) || question.prediction().isEmpty();
        return none ? List.of() : List.of(question.prediction());
    }

    private static ComparedExamples ofChoices(PairedAnswers.Choices answers) {
        int rows = answers.examples();
        boolean[] first = flags(rows, i -> answers.first()[i] == answers.truth()[i]);
        boolean[] second = flags(rows, i -> answers.second()[i] == answers.truth()[i]);
        return new ComparedExamples(
                QUESTION,
                sums(2, rows, i -> new ExampleSums.Row().add(0, first[i] ? 1 : 0).add(1, 1)),
                sums(2, rows, i -> new ExampleSums.Row().add(0, second[i] ? 1 : 0).add(1, 1)),
                List.of(accuracy(0)),
                false,
                McNemar.of(first, second),
                List.of(),
                chosen(
                        answers.truth(),
                        answers.first(),
                        answers.second(),
                        choice -> "choice " + choice));
    }

    private static SummedScore accuracy(int right) {
        return new SummedScore.Ratio("accuracy", "accuracy", right, right + 1, false);
    }

    private static List<Difference> chosen(
            int[] truth, int[] first, int[] second, IntFunction<String> name) {
        List<Difference> differences = new ArrayList<>();
        for (int i = 0; i < truth.length; i++) {
            if (first[i] != second[i]) {
                differences.add(
                        new Difference(
                                i,
                                List.of(name.apply(truth[i])),
                                List.of(name.apply(first[i])),
                                List.of(name.apply(second[i])),
                                gain(first[i] == truth[i], second[i] == truth[i])));
            }
        }
        return differences;
    }

    private static double gain(boolean first, boolean second) {
        return (second ? 1 : 0) - (first ? 1 : 0);
    }

    static ExampleSums sums(int width, int rows, IntFunction<ExampleSums.Row> row) {
        return ExampleSums.of(
                width, IntStream.range(0, rows).mapToObj(row).toArray(ExampleSums.Row[]::new));
    }

    /// Whether something holds of a row.
    private interface Flag {
        boolean of(int row);
    }

    private static boolean[] flags(int rows, Flag flag) {
        boolean[] flags = new boolean[rows];
        for (int i = 0; i < rows; i++) {
            flags[i] = flag.of(i);
        }
        return flags;
    }
}
