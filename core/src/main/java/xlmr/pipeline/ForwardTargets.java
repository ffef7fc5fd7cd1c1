package xlmr.pipeline;

import java.util.Arrays;
import xlmr.backend.CrossEntropy;
import xlmr.backend.SegmentLabels;
import xlmr.checkpoint.Checkpoint;
import xlmr.checkpoint.CheckpointException;
import xlmr.model.ProblemType;
import xlmr.model.Targets;
import xlmr.model.Task;
import xlmr.model.TaskModel;

/// Labels in the form in which the reference's forward method takes them.
record ForwardTargets(Checkpoint inputs, PaddedInputs padded, TaskModel model) {
    private static final String LABELS = "inputs.labels";
    private static final String STARTS = "inputs.start_positions";
    private static final String ENDS = "inputs.end_positions";

    /// Whether there are any.
    boolean present() {
        return inputs.contains(name());
    }

    /// The array that holds them, or the first of two.
    String name() {
        return model.task() == Task.QUESTION_ANSWERING ? STARTS : LABELS;
    }

    /// @throws CheckpointException if their type, shape or values do not fit the task
    Targets read() {
        return switch (model.task()) {
            case SEQUENCE_CLASSIFICATION -> sequences();
            case TOKEN_CLASSIFICATION, MASKED_LM -> new Targets.TokenClasses(tokens(0));
            case CAUSAL_LM -> new Targets.TokenClasses(tokens(1));
            case QUESTION_ANSWERING -> spans();
            case MULTIPLE_CHOICE -> {
                int[] labels = integers(LABELS);
                int[] counts = new int[labels.length];
                Arrays.fill(counts, padded.choices());
                yield new Targets.Choices(labels, counts);
            }
        };
    }

    private Targets sequences() {
        boolean integers = !inputs.info(LABELS).dtype().isFloat();
        ProblemType problem = model.config().problem();
        if (integers != (problem == ProblemType.SINGLE_LABEL_CLASSIFICATION)) {
            throw bad(
                    LABELS,
                    "are %s, the problem type is %s"
                            .formatted(inputs.info(LABELS).dtype(), problem));
        }
        if (integers) {
            return new Targets.Classes(integers(LABELS));
        }
        float[] values = inputs.tensor(LABELS).toArray();
        int columns = values.length / padded.rows();
        float[][] rows = new float[padded.rows()][];
        for (int b = 0; b < rows.length; b++) {
            rows[b] = Arrays.copyOfRange(values, b * columns, (b + 1) * columns);
        }
        return problem == ProblemType.REGRESSION
                ? new Targets.Values(rows)
                : new Targets.MultiLabel(rows);
    }

    /// The label of each token that is computed.
    ///
    /// @param ahead 1 for the label of the token after it, in the padded row
    private int[][] tokens(int ahead) {
        int[] labels = integers(LABELS);
        int columns = padded.columns();
        if (labels.length != padded.rows() * columns) {
            throw bad(LABELS, "expected [%d, %d]".formatted(padded.rows(), columns));
        }
        int[][] rows = new int[padded.rows()][];
        for (int b = 0; b < rows.length; b++) {
            rows[b] =
                    Arrays.stream(padded.placesOf(b))
                            .map(
                                    place ->
                                            place % columns + ahead < columns
                                                    ? labels[place + ahead]
                                                    : CrossEntropy.IGNORE)
                            .toArray();
        }
        return rows;
    }

    private Targets spans() {
        if (!inputs.contains(ENDS)) {
            throw bad(STARTS, "are there without " + ENDS);
        }
        int[] lengths = new int[padded.rows()];
        Arrays.fill(lengths, padded.columns());
        return new Targets.Spans(clamped(STARTS), clamped(ENDS), lengths);
    }

    /// Positions beyond the row count for nothing; the reference takes negative ones for 0.
    private int[] clamped(String name) {
        return Arrays.stream(integers(name))
                .map(at -> at >= padded.columns() ? SegmentLabels.IGNORE : Math.max(0, at))
                .toArray();
    }

    private int[] integers(String name) {
        long[] labels = inputs.integers(name);
        int[] narrow = new int[labels.length];
        for (int i = 0; i < narrow.length; i++) {
            if (labels[i] != (int) labels[i]) {
                throw bad(name, "element %d is %d".formatted(i, labels[i]));
            }
            narrow[i] = (int) labels[i];
        }
        return narrow;
    }

    private CheckpointException bad(String name, String reason) {
        return new CheckpointException(inputs.file(name).toString(), name + " " + reason);
    }
}
