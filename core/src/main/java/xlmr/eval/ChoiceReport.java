package xlmr.eval;

import java.util.ArrayList;
import java.util.List;

/// The evaluation of a model that chooses one of several answers to a question. Questions may have
/// different numbers of choices.
///
/// @param examples the number of questions
/// @param loss mean cross-entropy over the questions, in nats
/// @param right how many were answered right
/// @param chance the accuracy of guessing: the mean of one over the number of choices
/// @param chanceLoss the loss of guessing: the mean logarithm of the number of choices
/// @param interval where the accuracy lies with 95 % certainty on other questions of the kind
/// @param meanConfidence the mean probability of the chosen answers
/// @param places a score for the first choice, the second, and so on: whether the place of a choice
///   decides instead of what it says
/// @param worst the wrong answers that the model was surest of
/// @param verdicts what all this means
public record ChoiceReport(
        int examples,
        double loss,
        int right,
        double chance,
        double chanceLoss,
        ProportionInterval interval,
        double meanConfidence,
        List<ClassScore> places,
        List<WrongAnswer> worst,
        List<Verdict> verdicts)
        implements EvaluationReport {

    public ChoiceReport {
        places = List.copyOf(places);
        worst = List.copyOf(worst);
        verdicts = List.copyOf(verdicts);
    }

    /// Evaluates scores against the right choices.
    ///
    /// @param scores the logits of the choices of each question, two or more
    /// @param labels the right choice of each question, counted from 0
    /// @throws IllegalArgumentException if there is no question, the numbers differ, or a label is
    ///   not that of a choice
    public static ChoiceReport of(double[][] scores, int[] labels) {
        requireQuestions(scores, labels);
        int most = 0;
        for (double[] choices : scores) {
            most = Math.max(most, choices.length);
        }
        long[][] counts = new long[most][3]; // support, right, predicted
        double[] losses = new double[scores.length];
        double chance = 0;
        double chanceLoss = 0;
        double confidence = 0;
        int right = 0;
        List<WrongAnswer> wrong = new ArrayList<>();
        for (int i = 0; i < scores.length; i++) {
            int answer = Logits.argmax(scores[i]);
            losses[i] = Logits.crossEntropy(scores[i], labels[i]);
            double sure = Logits.softmax(scores[i])[answer];
            confidence += sure;
            chance += 1.0 / scores[i].length;
            chanceLoss += Math.log(scores[i].length);
            counts[labels[i]][0]++;
            counts[answer][2]++;
            if (answer == labels[i]) {
                counts[answer][1]++;
                right++;
            } else {
                wrong.add(WrongAnswer.of(i, place(labels[i]), place(answer), sure));
            }
        }
        List<ClassScore> places = new ArrayList<>();
        for (int k = 0; k < most; k++) {
            long[] count = counts[k];
            places.add(ClassScore.of(k, place(k), count[0], count[1], count[2], 0));
        }
        ChoiceReport unjudged =
                new ChoiceReport(
                        scores.length,
                        BatchMeanLoss.mean(losses),
                        right,
                        chance / scores.length,
                        chanceLoss / scores.length,
                        ProportionInterval.wilson95(right, scores.length),
                        confidence / scores.length,
                        places,
                        WrongAnswer.worst(wrong),
                        List.of());
        return unjudged.withVerdicts(ChoiceVerdicts.of(unjudged));
    }

    /// The share of questions answered right.
    public double accuracy() {
        return (double) right / examples;
    }

    private static String place(int choice) {
        return "choice %d".formatted(choice);
    }

    private ChoiceReport withVerdicts(List<Verdict> judged) {
        return new ChoiceReport(
                examples,
                loss,
                right,
                chance,
                chanceLoss,
                interval,
                meanConfidence,
                places,
                worst,
                judged);
    }

    private static void requireQuestions(double[][] scores, int[] labels) {
        if (scores.length == 0 || scores.length != labels.length) {
            throw new IllegalArgumentException(
                    "choices: expected scores and a label for each question, found %d and %d"
                            .formatted(scores.length, labels.length));
        }
        for (int i = 0; i < labels.length; i++) {
            if (scores[i].length < 2 || labels[i] < 0 || labels[i] >= scores[i].length) {
                throw new IllegalArgumentException(
                        "choices: expected two or more and the label of one, found %d and label %d in row %d"
                                .formatted(scores[i].length, labels[i], i));
            }
        }
    }
}
