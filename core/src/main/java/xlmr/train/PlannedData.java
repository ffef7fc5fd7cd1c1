package xlmr.train;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import xlmr.backend.CrossEntropy;
import xlmr.data.BatchOrder;
import xlmr.data.EncodedExamples;
import xlmr.data.TrainingExamples;
import xlmr.model.Targets;

/// What a run reads.
///
/// @param examples for training
/// @param tokens of them all, once
/// @param lengths `[M]` tokens of each example, the longest first
/// @param truncated examples that lose something at the maximum length
/// @param batchTokens most tokens of a micro-batch
/// @param steps updates in all epochs
/// @param trainedTokens tokens of all epochs
/// @param validationExamples to judge each epoch by
/// @param validationTokens of them
/// @param classes examples, or words, of each class; empty where there are none
public record PlannedData(
        int examples,
        long tokens,
        int[] lengths,
        int truncated,
        int batchTokens,
        long steps,
        long trainedTokens,
        int validationExamples,
        long validationTokens,
        SequencedMap<String, Integer> classes) {
    /// Counts what is there.
    ///
    /// @param truncated training examples that lost something
    /// @param labels names of the classes
    static PlannedData of(
            TrainingExamples training,
            Trainer.@Nullable Validation validation,
            int truncated,
            BatchOrder order,
            TrainingOptions options,
            List<String> labels) {
        int[] lengths = training.lengths();
        EpochPlan plan = EpochPlan.of(training, order, options);
        EncodedExamples judged = validation == null ? null : validation.examples();
        return new PlannedData(
                training.size(),
                Arrays.stream(lengths).asLongStream().sum(),
                longestFirst(lengths),
                truncated,
                plan.mostTokens(),
                plan.updates(),
                plan.tokens(),
                judged == null ? 0 : judged.size(),
                judged == null ? 0 : Arrays.stream(judged.lengths()).asLongStream().sum(),
                classes(training, labels));
    }

    private static int[] longestFirst(int[] lengths) {
        int[] sorted = lengths.clone();
        Arrays.sort(sorted);
        for (int i = 0; i < sorted.length / 2; i++) {
            int kept = sorted[i];
            sorted[i] = sorted[sorted.length - 1 - i];
            sorted[sorted.length - 1 - i] = kept;
        }
        return sorted;
    }

    /// Tokens of the longest examples, which a pass without gradients does first.
    long tokensOfLongest(int count) {
        return Arrays.stream(lengths, 0, count).asLongStream().sum();
    }

    private static SequencedMap<String, Integer> classes(
            TrainingExamples training, List<String> labels) {
        SequencedMap<String, Integer> counts = new LinkedHashMap<>();
        Targets targets = training instanceof EncodedExamples encoded ? encoded.targets() : null;
        int[] found =
                switch (targets) {
                    case Targets.Classes one -> one.labels();
                    case Targets.TokenClasses tokens -> tokens.countedLabels();
                    case Targets.MultiLabel many -> flags(many.labels());
                    case Targets.Distilled distilled -> known(distilled.labels());
                    case Targets.Values values -> new int[0];
                    case Targets.Spans spans -> new int[0];
                    case Targets.Choices choices -> new int[0];
                    case null -> new int[0];
                };
        if (Arrays.stream(found).anyMatch(label -> label >= labels.size())) {
            return counts; // pieces of the vocabulary
        }
        if (found.length > 0) {
            labels.forEach(label -> counts.put(label, 0));
        }
        for (int label : found) {
            counts.merge(labels.get(label), 1, Integer::sum);
        }
        return counts;
    }

    private static int[] known(int[] labels) {
        return Arrays.stream(labels).filter(label -> label != CrossEntropy.IGNORE).toArray();
    }

    private static int[] flags(float[][] rows) {
        return Arrays.stream(rows)
                .flatMapToInt(row -> IntStream.range(0, row.length).filter(k -> row[k] > 0.5f))
                .toArray();
    }
}
