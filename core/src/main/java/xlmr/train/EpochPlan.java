package xlmr.train;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import xlmr.data.BatchOrder;
import xlmr.data.TokenBudget;
import xlmr.data.TrainingExamples;

/// Which examples are shown when.
///
/// @param training the examples
/// @param epochs the batches of each epoch, each the rows of its examples
/// @param updates of the whole run
record EpochPlan(TrainingExamples training, List<List<int[]>> epochs, long updates) {
    static EpochPlan of(TrainingExamples training, BatchOrder order, TrainingOptions options) {
        List<List<int[]>> epochs = new ArrayList<>();
        long updates = 0;
        for (int epoch = 0; epoch < options.epochs(); epoch++) {
            epochs.add(order.batches(training.lengths(), options.batching().size(), epoch));
            updates += Math.ceilDiv(epochs.get(epoch).size(), options.batching().accumulation());
        }
        return new EpochPlan(training, List.copyOf(epochs), updates);
    }

    /// Tokens of the largest micro-batch.
    int mostTokens() {
        int[] lengths = training.lengths();
        return epochs.stream()
                .mapToInt(batches -> TokenBudget.mostTokens(batches, lengths))
                .max()
                .orElse(0);
    }

    /// Tokens of all batches.
    long tokens() {
        int[] lengths = training.lengths();
        return epochs.stream()
                .flatMap(List::stream)
                .flatMapToInt(Arrays::stream)
                .mapToLong(row -> lengths[row])
                .sum();
    }

    /// The batches of an epoch.
    ///
    /// @param epoch from 1
    List<int[]> batches(int epoch) {
        return epochs.get(epoch - 1);
    }
}
