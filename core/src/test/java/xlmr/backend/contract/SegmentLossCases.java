package xlmr.backend.contract;

import static xlmr.backend.contract.Operand.input;
import static xlmr.backend.contract.Operand.output;
import static xlmr.backend.contract.Operand.updated;

import java.util.Arrays;
import java.util.List;
import xlmr.backend.SegmentLabels;

/// Cross-entropy down the rows of segments, with its gradient.
final class SegmentLossCases {
    private static final double ULPS = 8;
    private static final float D_LOSS = 0.7f;
    private static final int NONE = SegmentLabels.IGNORE;

    private SegmentLossCases() {}

    static void addTo(List<OperationCase> cases) {
        add(cases, new SegmentLabels(new int[] {0, 1}, new int[] {0}, 1), 1);
        add(cases, new SegmentLabels(new int[] {0, 3, 5}, new int[] {2, 0}, 1), 1);
        add(cases, new SegmentLabels(new int[] {0, 4, 5, 9}, new int[] {3, 1, 0, 0, 2, 2}, 2), 2);
        add(
                cases,
                new SegmentLabels(new int[] {0, 4, 6, 9}, new int[] {NONE, 1, 0, NONE, 2, 2}, 2),
                300);
        add(cases, new SegmentLabels(new int[] {0, 2, 4}, new int[] {NONE, 1, NONE, 0}, 2), 1);
        add(
                cases,
                new SegmentLabels(new int[] {0, 70, 203}, new int[] {69, 0, 3, 132, 5, 9}, 3),
                1);
    }

    private static void add(List<OperationCase> cases, SegmentLabels target, double magnitude) {
        int rows = target.rows();
        int columns = target.columns();
        String name =
                " of segments %s, labels %s, times %s"
                        .formatted(
                                Arrays.toString(target.starts()),
                                Arrays.toString(target.labels()),
                                magnitude);
        cases.add(
                OperationCase.of(
                        "segmentCrossEntropy" + name,
                        ULPS,
                        (backend, t) -> backend.segmentCrossEntropy(t[0], target, t[1]),
                        a -> a[1] = loss(a[0], target),
                        input(rows, columns).times(magnitude),
                        output()));
        boolean everyColumnCounts = target.counted(0) > 0;
        if (everyColumnCounts) {
            cases.add(
                    OperationCase.of(
                            "segmentCrossEntropyGradient" + name,
                            ULPS,
                            (backend, t) ->
                                    backend.segmentCrossEntropyGradient(t[0], target, D_LOSS, t[1]),
                            a ->
                                    Derivatives.add(
                                            x -> loss(x[0], target),
                                            a,
                                            0,
                                            new double[] {D_LOSS},
                                            a[1]),
                            input(rows, columns).times(magnitude),
                            updated(rows, columns).times(0.1)));
        }
    }

    /// Column by column: each segment's rows as the classes of one example.
    private static double[] loss(double[] logits, SegmentLabels target) {
        double sum = 0;
        for (int column = 0; column < target.columns(); column++) {
            double columnSum = 0;
            int count = 0;
            for (int b = 0; b < target.segments(); b++) {
                int label = target.labels()[b * target.columns() + column];
                if (label == NONE) {
                    continue;
                }
                int first = target.starts()[b];
                double[] segment = new double[target.starts()[b + 1] - first];
                for (int i = 0; i < segment.length; i++) {
                    segment[i] = logits[(first + i) * target.columns() + column];
                }
                columnSum -= SoftmaxCases.logSoftmax(segment, segment.length)[label];
                count++;
            }
            sum += columnSum / count / target.columns();
        }
        return new double[] {sum};
    }
}
