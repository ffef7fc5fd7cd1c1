package xlmr.model;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import xlmr.autograd.FocalLoss;
import xlmr.autograd.Ops;
import xlmr.backend.CrossEntropy;
import xlmr.backend.SegmentLabels;
import xlmr.tensor.Shape;
import xlmr.tensor.Tensor;

/// What the logits of a batch should say, and the loss that the reference takes for it
/// (modeling_xlm_roberta.py).
public sealed interface Targets {
    /// Number of examples.
    int rows();

    /// Mean loss over the batch. `[R, K] -> []`, with R the rows that count
    Tensor loss(Ops ops, Tensor logits);

    /// As above, with class weights and label smoothing where the loss is a cross-entropy over
    /// classes that every example has; other losses know neither.
    default Tensor loss(Ops ops, Tensor logits, LossSettings settings) {
        return loss(ops, logits); // []
    }

    /// The targets of some of the examples.
    Targets select(int[] rows);

    /// The rows of the head's result that the loss looks at, where it need not compute the others;
    /// null for all.
    default int @Nullable [] countedRows() {
        return null;
    }

    /// Targets of examples that are classified as a whole: the logits are one row each.
    sealed interface OfSequences extends Targets {}

    /// One class a row: cross-entropy.
    ///
    /// @param labels `[B]`
    record Classes(int[] labels) implements OfSequences {
        @Override
        public int rows() {
            return labels.length;
        }

        @Override
        public Tensor loss(Ops ops, Tensor logits) {
            return loss(ops, logits, LossSettings.PLAIN); // []
        }

        @Override
        public Tensor loss(Ops ops, Tensor logits, LossSettings settings) {
            return Targets.classLoss(ops, logits, labels, settings); // []
        }

        @Override
        public Classes select(int[] rows) {
            return new Classes(pick(labels, rows));
        }
    }

    /// Any number of classes a row: binary cross-entropy over rows and classes.
    ///
    /// @param labels `[B][K]` 0 or 1
    record MultiLabel(float[][] labels) implements OfSequences {
        @Override
        public int rows() {
            return labels.length;
        }

        @Override
        public Tensor loss(Ops ops, Tensor logits) {
            return ops.binaryCrossEntropy(logits, matrix(ops, labels)); // []
        }

        @Override
        public MultiLabel select(int[] rows) {
            return new MultiLabel(choose(labels, rows));
        }
    }

    /// Numbers: mean squared error.
    ///
    /// @param values `[B][K]`
    record Values(float[][] values) implements OfSequences {
        @Override
        public int rows() {
            return values.length;
        }

        @Override
        public Tensor loss(Ops ops, Tensor logits) {
            return ops.meanSquaredError(logits, matrix(ops, values)); // []
        }

        @Override
        public Values select(int[] rows) {
            return new Values(choose(values, rows));
        }
    }

    /// A class for every token: cross-entropy over the tokens that have one. For a masked language
    /// model the classes are the pieces behind the masks, for a causal one the next tokens.
    ///
    /// @param labels `[B][T]` or [CrossEntropy#IGNORE], as many as each sequence has tokens
    record TokenClasses(int[][] labels) implements Targets {
        /// What a causal language model is to say: of each token the next one.
        public static TokenClasses nextTokens(int[]... sequences) {
            int[][] labels = new int[sequences.length][];
            for (int b = 0; b < labels.length; b++) {
                labels[b] = Arrays.copyOfRange(sequences[b], 1, sequences[b].length + 1);
                labels[b][labels[b].length - 1] = CrossEntropy.IGNORE;
            }
            return new TokenClasses(labels);
        }

        @Override
        public int rows() {
            return labels.length;
        }

        @Override
        public int[] countedRows() {
            int[] all = flat();
            return IntStream.range(0, all.length)
                    .filter(n -> all[n] != CrossEntropy.IGNORE)
                    .toArray();
        }

        /// The labels of [#countedRows].
        public int[] countedLabels() {
            return Arrays.stream(flat()).filter(label -> label != CrossEntropy.IGNORE).toArray();
        }

        @Override
        public Tensor loss(Ops ops, Tensor logits) {
            return loss(ops, logits, LossSettings.PLAIN); // []
        }

        @Override
        public Tensor loss(Ops ops, Tensor logits, LossSettings settings) {
            return Targets.classLoss(ops, logits, countedLabels(), settings); // []
        }

        @Override
        public TokenClasses select(int[] rows) {
            return new TokenClasses(
                    Arrays.stream(rows).mapToObj(b -> labels[b]).toArray(int[][]::new));
        }

        private int[] flat() {
            return Arrays.stream(labels).flatMapToInt(Arrays::stream).toArray();
        }
    }

    /// First and last token of an answer: the mean of two cross-entropies over the tokens of each
    /// sequence.
    ///
    /// @param first `[B]` token within its sequence, or [SegmentLabels#IGNORE]
    /// @param last `[B]` likewise
    /// @param lengths `[B]` tokens of each sequence
    record Spans(int[] first, int[] last, int[] lengths) implements Targets {
        @Override
        public int rows() {
            return lengths.length;
        }

        @Override
        public Tensor loss(Ops ops, Tensor logits) {
            int[] labels = new int[2 * rows()];
            for (int b = 0; b < rows(); b++) {
                labels[2 * b] = first[b];
                labels[2 * b + 1] = last[b];
            }
            return ops.segmentCrossEntropy(
                    logits, new SegmentLabels(starts(lengths), labels, 2)); // []
        }

        @Override
        public Spans select(int[] rows) {
            return new Spans(pick(first, rows), pick(last, rows), pick(lengths, rows));
        }
    }

    /// The right one of the choices of each question: cross-entropy over the choices.
    ///
    /// @param labels `[B]` choice, counted from 0
    /// @param counts `[B]` choices of each question
    record Choices(int[] labels, int[] counts) implements Targets {
        @Override
        public int rows() {
            return labels.length;
        }

        @Override
        public Tensor loss(Ops ops, Tensor logits) {
            return ops.segmentCrossEntropy(
                    logits, new SegmentLabels(starts(counts), labels, 1)); // []
        }

        @Override
        public Choices select(int[] rows) {
            return new Choices(pick(labels, rows), pick(counts, rows));
        }
    }

    /// What a teacher says of each row, beside the class where one is known: the loss of
    /// [DistilledClasses].
    ///
    /// @param labels `[B]` class of each row, or [CrossEntropy#IGNORE]
    /// @param teacher `[B][K]` the teacher's logits
    /// @param temperature T, by which both logits are divided
    /// @param weight of what the teacher says; the rest is the labels'
    record Distilled(int[] labels, float[][] teacher, double temperature, double weight)
            implements Targets {
        @Override
        public int rows() {
            return labels.length;
        }

        @Override
        public Tensor loss(Ops ops, Tensor logits) {
            return loss(ops, logits, LossSettings.PLAIN); // []
        }

        @Override
        public Tensor loss(Ops ops, Tensor logits, LossSettings settings) {
            return DistilledClasses.loss(ops, logits, this, settings); // []
        }

        @Override
        public Distilled select(int[] rows) {
            return new Distilled(pick(labels, rows), choose(teacher, rows), temperature, weight);
        }
    }

    private static Tensor classLoss(Ops ops, Tensor logits, int[] labels, LossSettings settings) {
        if (settings.gamma() > 0) {
            return FocalLoss.of(
                    ops, logits, labels, settings.gamma(), settings.classWeights()); // []
        }
        return ops.crossEntropy(
                logits,
                new CrossEntropy(
                        labels,
                        CrossEntropy.IGNORE,
                        settings.labelSmoothing(),
                        settings.classWeights())); // []
    }

    private static int[] starts(int[] lengths) {
        int[] starts = new int[lengths.length + 1];
        for (int b = 0; b < lengths.length; b++) {
            starts[b + 1] = starts[b] + lengths[b];
        }
        return starts;
    }

    private static int[] pick(int[] all, int[] rows) {
        return Arrays.stream(rows).map(row -> all[row]).toArray();
    }

    private static Tensor matrix(Ops ops, float[][] rows) {
        int columns = rows[0].length;
        float[] flat = new float[rows.length * columns];
        for (int b = 0; b < rows.length; b++) {
            System.arraycopy(rows[b], 0, flat, b * columns, columns);
        }
        return ops.constant(Shape.of(rows.length, columns), flat); // [B, K]
    }

    private static float[][] choose(float[][] all, int[] rows) {
        float[][] chosen = new float[rows.length][];
        for (int i = 0; i < rows.length; i++) {
            chosen[i] = all[rows[i]];
        }
        return chosen;
    }
}
