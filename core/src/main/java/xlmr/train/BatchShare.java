package xlmr.train;

import java.util.Arrays;
import java.util.List;
import xlmr.autograd.RowPlaces;
import xlmr.data.TrainingExamples;
import xlmr.model.Head;
import xlmr.model.LossSettings;
import xlmr.model.LossShare;
import xlmr.tensor.TokenBatch;

/// What one rank computes of a batch.
///
/// @param rows its examples
/// @param batch their tokens, and what the model should say of them
/// @param factor what their mean loss is multiplied by so that the ranks' losses add up to that of
///   the whole batch; 0 where there is nothing to compute
/// @param inEncoder where its rows lie in the batch, in the encoder
/// @param inHead the same for the head
record BatchShare(
        int[] rows,
        TrainingExamples.Labelled batch,
        double factor,
        RowPlaces inEncoder,
        RowPlaces inHead) {
    /// The whole batch.
    static BatchShare whole(TrainingExamples training, int[] rows, long microBatch, int padId) {
        return new BatchShare(
                rows,
                training.labelled(rows, microBatch, padId),
                1,
                RowPlaces.WHOLE,
                RowPlaces.WHOLE);
    }

    /// Some examples of a batch, from one to another.
    static BatchShare of(
            TrainingExamples training,
            int[] rows,
            int from,
            int to,
            long microBatch,
            int padId,
            Head head,
            LossSettings settings) {
        int[] own = Arrays.copyOfRange(rows, from, to);
        TrainingExamples.Labelled whole = training.labelled(rows, microBatch, padId);
        TrainingExamples.Labelled part = training.labelled(own, microBatch, padId);
        if (from == to) {
            return new BatchShare(own, part, 0, RowPlaces.WHOLE, RowPlaces.WHOLE);
        }
        int[] places = new int[to - from];
        Arrays.setAll(places, i -> from + i);
        LossShare loss = LossShare.of(whole.targets(), places, settings);
        TrainingExamples.Labelled before =
                training.labelled(Arrays.copyOf(rows, from), microBatch, padId);
        return new BatchShare(
                own,
                new TrainingExamples.Labelled(part.tokens(), loss.targets()),
                loss.factor(),
                new RowPlaces(
                        List.of(
                                new RowPlaces.Place(
                                        part.tokens().tokens(), before.tokens().tokens()),
                                sequences(part, before))),
                headPlaces(part, before, head));
    }

    private static RowPlaces headPlaces(
            TrainingExamples.Labelled part, TrainingExamples.Labelled before, Head head) {
        RowPlaces.Place selected =
                new RowPlaces.Place(selected(head, part.tokens()), selected(head, before.tokens()));
        int[] counted = part.targets().countedRows();
        int[] countedBefore = before.targets().countedRows();
        if (counted == null || countedBefore == null) {
            return new RowPlaces(List.of(selected, sequences(part, before)));
        }
        RowPlaces.Place labelled = new RowPlaces.Place(counted.length, countedBefore.length);
        return new RowPlaces(
                head.readsSequences()
                        ? List.of(selected, labelled, sequences(part, before))
                        : List.of(labelled, selected, sequences(part, before)));
    }

    private static RowPlaces.Place sequences(
            TrainingExamples.Labelled part, TrainingExamples.Labelled before) {
        return new RowPlaces.Place(part.tokens().sequences(), before.tokens().sequences());
    }

    private static int selected(Head head, TokenBatch tokens) {
        int[] starts = head.rowStarts(tokens);
        return starts[starts.length - 1];
    }

    /// Whether there is nothing to compute.
    boolean isEmpty() {
        return factor == 0;
    }
}
