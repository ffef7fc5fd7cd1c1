package xlmr.cuda;

import static xlmr.cuda.KernelWorkload.COLUMNS;
import static xlmr.cuda.KernelWorkload.OF_ROWS;
import static xlmr.cuda.KernelWorkload.ROW;
import static xlmr.cuda.KernelWorkload.ROWS;
import static xlmr.cuda.KernelWorkload.TENSOR;
import static xlmr.cuda.KernelWorkload.of;
import static xlmr.cuda.KernelWorkload.perRow;
import static xlmr.cuda.KernelWorkload.row;
import static xlmr.cuda.KernelWorkload.tensor;
import static xlmr.cuda.KernelWorkload.x;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import xlmr.backend.Activation;
import xlmr.backend.AdamWStep;
import xlmr.backend.AttentionShape;
import xlmr.backend.Backend;
import xlmr.backend.CrossEntropy;
import xlmr.backend.DropoutMask;
import xlmr.backend.MissedSteps;
import xlmr.backend.RowMoments;
import xlmr.backend.SegmentLabels;
import xlmr.backend.SegmentReduction;
import xlmr.tensor.Tensor;

/// The kernels that [KernelWorkload] leaves out: losses, activations and poolings of some heads,
/// other sizes and formats of attention. They are held to what they must move like the others, and
/// are not on the page of the roofline.
final class RareWorkloads {
    private static final int TOKENS = 128;
    private static final int HEADS = 2;
    private static final int[] STARTS = {0, 5, ROWS};

    private RareWorkloads() {}

    static List<KernelWorkload> all() {
        List<KernelWorkload> all = new ArrayList<>();
        for (Activation function : Activation.values()) {
            addActivation(all, function);
        }
        addRows(all);
        addTableRows(all);
        addSegments(all);
        addLosses(all);
        addSegmentLosses(all);
        for (HalfFormat format : HalfFormat.values()) {
            for (int size : new int[] {32, 64, 128}) {
                all.add(attention(format, size));
                all.add(attentionGradient(format, size));
            }
        }
        all.add(probabilities());
        return all;
    }

    private static KernelWorkload several(
            String operation, Map<String, Long> kernels, Consumer<Backend> run) {
        return new KernelWorkload(operation, ROWS, COLUMNS, null, kernels, run);
    }

    private static void addActivation(List<KernelWorkload> all, Activation function) {
        String name = FusedKernels.name(function);
        all.add(of(name, 2 * TENSOR, b -> b.activation(function, x(b), x(b))));
        all.add(
                of(
                        name + "Gradient",
                        4 * TENSOR,
                        b -> b.activationGradient(function, x(b), x(b), x(b))));
        all.add(
                of(
                        name + "OfProduct",
                        3 * TENSOR + ROW,
                        b ->
                                b.linearActivation(
                                        perRow(b).reshape(ROWS, 1),
                                        row(b).reshape(COLUMNS, 1),
                                        row(b),
                                        function,
                                        x(b),
                                        x(b))));
        all.add(
                of(
                        name + "OfProductGradient",
                        3 * TENSOR,
                        b -> b.linearActivationGradient(function, x(b), x(b), x(b), null)));
    }

    private static void addRows(List<KernelWorkload> all) {
        all.add(of("logSoftmax", 2 * TENSOR, b -> b.logSoftmax(x(b), x(b))));
        all.add(of("logSoftmaxGradient", 4 * TENSOR, b -> b.logSoftmaxGradient(x(b), x(b), x(b))));
        all.add(of("packBfloat16", 3 * TENSOR / 2, b -> b.packBfloat16(x(b), half(b))));
        all.add(of("unpackBfloat16", 3 * TENSOR / 2, b -> b.unpackBfloat16(half(b), x(b))));
    }

    /// A table that trains row by row, all of whose rows have moments and missed an update.
    private static void addTableRows(List<KernelWorkload> all) {
        int[] rows = new int[ROWS];
        Arrays.setAll(rows, i -> i * 7 % ROWS);
        float[] one = {1};
        MissedSteps missed =
                new MissedSteps(rows, rows, new int[ROWS], 1, one, one, one, 0.9f, 0.99f, 1e-8f);
        all.add(
                of(
                        "catchUpRows",
                        6 * TENSOR + 3 * OF_ROWS,
                        b -> b.catchUpRows(x(b), moments(b), missed)));
        AdamWStep step = new AdamWStep(1e-3, 0.9, 0.999, 1e-8, 0.01, 1);
        all.add(
                of(
                        "adamWRows",
                        7 * TENSOR + 2 * OF_ROWS,
                        b -> b.adamWRows(x(b), moments(b), rows, rows, x(b), 1, step)));
        all.add(
                of(
                        "putRows",
                        2 * TENSOR + OF_ROWS,
                        b -> b.putRows(new float[ROWS * COLUMNS], rows, x(b))));
    }

    private static RowMoments moments(Backend backend) {
        return new RowMoments(
                List.of(tensor(backend, RowMoments.BLOCK, COLUMNS)),
                List.of(tensor(backend, RowMoments.BLOCK, COLUMNS)));
    }

    private static Tensor half(Backend backend) {
        return tensor(backend, ROWS, COLUMNS / 2);
    }

    private static void addSegments(List<KernelWorkload> all) {
        all.add(
                of(
                        "meanOfSegmentsGradient",
                        2 * TENSOR + 2 * ROW,
                        b ->
                                b.reduceSegmentsGradient(
                                        SegmentReduction.MEAN,
                                        x(b),
                                        STARTS,
                                        tensor(b, 2, COLUMNS),
                                        x(b))));
        all.add(
                of(
                        "maximumOfSegments",
                        TENSOR + 2 * ROW,
                        b ->
                                b.reduceSegments(
                                        SegmentReduction.MAX,
                                        x(b),
                                        STARTS,
                                        tensor(b, 2, COLUMNS))));
        // One number of each column and segment is added to; of 8 columns, which would be a sector,
        // the largest lie in 4.2 of 5 rows and in 7 of 27, each in a sector of its own.
        all.add(
                of(
                        "maximumOfSegmentsGradient",
                        TENSOR + 2 * ROW + 2 * ROW * 112 / 10,
                        b ->
                                b.reduceSegmentsGradient(
                                        SegmentReduction.MAX,
                                        x(b),
                                        STARTS,
                                        tensor(b, 2, COLUMNS),
                                        x(b))));
    }

    private static void addLosses(List<KernelWorkload> all) {
        int[] labels = new int[ROWS];
        Arrays.setAll(labels, i -> i * 7);
        CrossEntropy target = new CrossEntropy(labels, CrossEntropy.IGNORE, 0.1f, null);
        Map<String, Long> rows = new LinkedHashMap<>();
        rows.put("crossEntropy", TENSOR + 2 * OF_ROWS);
        rows.put("sumCosts", OF_ROWS);
        all.add(several("crossEntropy", rows, b -> b.crossEntropy(x(b), target, tensor(b))));
        all.add(
                of(
                        "crossEntropyGradient",
                        3 * TENSOR + OF_ROWS,
                        b -> b.crossEntropyGradient(x(b), target, 1, x(b))));
        Map<String, Long> binary = new LinkedHashMap<>();
        binary.put("binaryCrossEntropy", 3 * TENSOR);
        binary.put("sumCosts", TENSOR);
        all.add(
                several(
                        "binaryCrossEntropy",
                        binary,
                        b -> b.binaryCrossEntropy(x(b), x(b), tensor(b))));
        all.add(
                of(
                        "binaryCrossEntropyGradient",
                        4 * TENSOR,
                        b -> b.binaryCrossEntropyGradient(x(b), x(b), 1, x(b))));
        Map<String, Long> squared = new LinkedHashMap<>();
        squared.put("squaredError", 3 * TENSOR);
        squared.put("sumCosts", TENSOR);
        all.add(
                several(
                        "meanSquaredError",
                        squared,
                        b -> b.meanSquaredError(x(b), x(b), tensor(b))));
        all.add(
                of(
                        "squaredErrorGradient",
                        4 * TENSOR,
                        b -> b.meanSquaredErrorGradient(x(b), x(b), 1, x(b))));
    }

    /// Two columns, as question answering has.
    private static void addSegmentLosses(List<KernelWorkload> all) {
        int rows = ROWS * COLUMNS / 2;
        int[] starts = {0, 1000, rows};
        SegmentLabels target = new SegmentLabels(starts, new int[] {5, 6, 700, 701}, 2);
        Map<String, Long> kernels = new LinkedHashMap<>();
        kernels.put("segmentCrossEntropy", TENSOR);
        kernels.put("sumCosts", 32L);
        all.add(
                several(
                        "segmentCrossEntropy",
                        kernels,
                        b -> b.segmentCrossEntropy(tensor(b, rows, 2), target, tensor(b))));
        all.add(
                of(
                        "segmentCrossEntropyGradient",
                        3 * TENSOR,
                        b ->
                                b.segmentCrossEntropyGradient(
                                        tensor(b, rows, 2), target, 1, tensor(b, rows, 2))));
    }

    private static KernelWorkload attention(HalfFormat format, int size) {
        int columns = HEADS * size;
        long tensor = 4L * TOKENS * columns;
        Map<String, Long> kernels = new LinkedHashMap<>();
        kernels.put("narrowTo" + format.kernels(), tensor * 3 / 2);
        kernels.put(
                "attention" + format.kernels() + "Size" + size,
                tensor * 5 / 2 + 4L * TOKENS * HEADS);
        return new KernelWorkload(
                "attention of %d in %s".formatted(size, format),
                TOKENS,
                columns,
                format,
                kernels,
                b ->
                        b.attention(
                                tensor(b, TOKENS, columns),
                                tensor(b, TOKENS, columns),
                                tensor(b, TOKENS, columns),
                                shape(),
                                DropoutMask.NONE,
                                tensor(b, TOKENS, columns),
                                tensor(b, TOKENS, HEADS)));
    }

    private static KernelWorkload attentionGradient(HalfFormat format, int size) {
        int columns = HEADS * size;
        long tensor = 4L * TOKENS * columns;
        long perHead = 4L * TOKENS * HEADS;
        String made = format.kernels() + "Size" + size;
        Map<String, Long> kernels = new LinkedHashMap<>();
        kernels.put("narrowTo" + format.kernels(), tensor * 3 / 2);
        kernels.put("attentionDeltas", 2 * tensor + perHead);
        kernels.put("attentionQueryGradient" + made, 4 * tensor + 2 * perHead);
        kernels.put("attentionKeyValueGradient" + made, 6 * tensor + 2 * perHead);
        return new KernelWorkload(
                "attentionGradient of %d in %s".formatted(size, format),
                TOKENS,
                columns,
                format,
                kernels,
                b -> {
                    Tensor[] t = new Tensor[8];
                    Arrays.setAll(t, i -> tensor(b, TOKENS, columns));
                    b.attentionGradient(
                            t[0],
                            t[1],
                            t[2],
                            t[3],
                            tensor(b, TOKENS, HEADS),
                            t[4],
                            shape(),
                            DropoutMask.NONE,
                            t[5],
                            t[6],
                            t[7]);
                });
    }

    private static KernelWorkload probabilities() {
        int columns = HEADS * 64;
        return new KernelWorkload(
                "attentionProbabilities",
                TOKENS,
                columns,
                null,
                Map.of(
                        "attentionProbabilities",
                        4L * (2 * TOKENS * columns + HEADS * TOKENS * TOKENS)),
                b ->
                        b.attentionProbabilities(
                                tensor(b, TOKENS, columns),
                                tensor(b, TOKENS, columns),
                                shape(),
                                tensor(b, HEADS * TOKENS * TOKENS)));
    }

    private static AttentionShape shape() {
        return AttentionShape.of(new int[] {0, TOKENS}, HEADS, false);
    }
}
