package xlmr.cuda;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import xlmr.backend.Activation;
import xlmr.backend.AdamWStep;
import xlmr.backend.AttentionShape;
import xlmr.backend.Backend;
import xlmr.backend.DropoutMask;
import xlmr.backend.RowMoments;
import xlmr.backend.SegmentReduction;
import xlmr.ptx.machine.LaunchReport;
import xlmr.tensor.Shape;
import xlmr.tensor.Tensor;

/// One operation at a size that shows what its kernels cost.
///
/// @param operation its name
/// @param tokens how many rows it works on
/// @param columns of a row
/// @param attentionFormat of attention on tensor cores; null for single precision
/// @param leastBytes for each kernel that is launched, the bytes that it has to read and write,
///   each once
/// @param run the operation
record KernelWorkload(
        String operation,
        int tokens,
        int columns,
        @Nullable HalfFormat attentionFormat,
        Map<String, Long> leastBytes,
        Consumer<Backend> run) {
    static final int ROWS = 32;
    static final int COLUMNS = 768;
    private static final int HEADS = 3;
    private static final int ATTENTION_COLUMNS = 64 * HEADS;
    private static final int ATTENTION_TOKENS = 128;

    /// Bytes of a tensor of floats.
    static final long TENSOR = 4L * ROWS * COLUMNS;

    static final long ROW = 4L * COLUMNS;
    static final long OF_ROWS = 4L * ROWS;

    /// The kernels of a training step, and what custom heads use most.
    static List<KernelWorkload> all() {
        List<KernelWorkload> all = new ArrayList<>();
        addElements(all);
        addRows(all);
        addFused(all);
        addTables(all);
        all.add(attention("attention", null, ATTENTION_TOKENS));
        all.add(attentionGradient(null, ATTENTION_TOKENS));
        all.add(attention("attention in bf16", HalfFormat.BF16, ATTENTION_TOKENS));
        all.add(attentionGradient(HalfFormat.BF16, ATTENTION_TOKENS));
        return all;
    }

    /// What its launches came to.
    List<LaunchReport> reports() {
        EmulatedBackend backend =
                attentionFormat == null
                        ? new EmulatedBackend()
                        : new EmulatedBackend(attentionFormat);
        run.accept(backend);
        List<LaunchReport> reports = backend.takeReports();
        backend.close();
        return reports;
    }

    private static void addElements(List<KernelWorkload> all) {
        all.add(of("fill", TENSOR, b -> b.fill(x(b), 1)));
        all.add(of("add", 3 * TENSOR, b -> b.add(x(b), x(b), x(b))));
        all.add(of("addScaled", 3 * TENSOR, b -> b.addScaled(x(b), 2, x(b))));
        all.add(of("multiply", 3 * TENSOR, b -> b.multiply(x(b), x(b), x(b))));
        all.add(of("multiplyGradient", 4 * TENSOR, b -> b.multiplyGradient(x(b), x(b), x(b))));
        all.add(of("scale", 2 * TENSOR, b -> b.scale(x(b), 2)));
        DropoutMask mask = DropoutMask.of(0.1f, 1, 2, 3);
        all.add(of("dropout", 2 * TENSOR, b -> b.dropout(x(b), mask, x(b))));
        all.add(of("dropoutGradient", 3 * TENSOR, b -> b.dropoutGradient(x(b), mask, x(b))));
        all.add(of("gelu", 2 * TENSOR, b -> b.activation(Activation.GELU, x(b), x(b))));
        all.add(
                of(
                        "geluGradient",
                        4 * TENSOR,
                        b -> b.activationGradient(Activation.GELU, x(b), x(b), x(b))));
        all.add(of("fillAll", TENSOR, b -> b.fill(List.of(x(b)), 1)));
        all.add(
                new KernelWorkload(
                        "readNumbers",
                        ROWS,
                        COLUMNS,
                        null,
                        Map.of("sumOfSquaresPieces", TENSOR, "readNumbers", 0L),
                        b -> b.readNumbers(List.of(x(b)), List.of())));
        all.add(
                of(
                        "adamW",
                        7 * TENSOR,
                        b ->
                                b.adamW(
                                        x(b),
                                        x(b),
                                        1,
                                        x(b),
                                        positive(b),
                                        new AdamWStep(1e-3, 0.9, 0.999, 1e-8, 0.01, 1))));
    }

    private static void addRows(List<KernelWorkload> all) {
        all.add(
                of(
                        "layerNorm",
                        2 * TENSOR + 2 * ROW + 2 * OF_ROWS,
                        b -> b.layerNorm(x(b), row(b), row(b), 1e-5f, x(b), perRow(b), perRow(b))));
        Map<String, Long> kernels = new LinkedHashMap<>();
        kernels.put("layerNormGradient", 4 * TENSOR + ROW + 2 * OF_ROWS);
        kernels.put("layerNormParameterPieces", 2 * TENSOR + 2 * OF_ROWS + 2 * ROW);
        kernels.put("addPieces", 3 * ROW);
        all.add(
                new KernelWorkload(
                        "layerNormGradient",
                        ROWS,
                        COLUMNS,
                        null,
                        kernels,
                        b ->
                                b.layerNormGradient(
                                        x(b), x(b), row(b), perRow(b), perRow(b), x(b), row(b),
                                        row(b))));
        Map<String, Long> bias = new LinkedHashMap<>();
        bias.put("biasPieces", TENSOR + ROW);
        bias.put("addPieces", 3 * ROW);
        all.add(
                new KernelWorkload(
                        "biasGradient",
                        ROWS,
                        COLUMNS,
                        null,
                        bias,
                        b -> b.biasGradient(x(b), row(b))));
        all.add(of("softmax", 2 * TENSOR, b -> b.softmax(x(b), x(b))));
        all.add(of("softmaxGradient", 4 * TENSOR, b -> b.softmaxGradient(x(b), x(b), x(b))));
    }

    /// Behind products of 1 column, which are not looked at.
    private static void addFused(List<KernelWorkload> all) {
        all.add(
                of(
                        "geluOfProduct",
                        3 * TENSOR + ROW,
                        b ->
                                b.linearActivation(
                                        perRow(b).reshape(ROWS, 1),
                                        row(b).reshape(COLUMNS, 1),
                                        row(b),
                                        Activation.GELU,
                                        x(b),
                                        x(b))));
        Map<String, Long> gelu = new LinkedHashMap<>();
        gelu.put("geluOfProductGradient", 3 * TENSOR + ROW);
        gelu.put("addPieces", 3 * ROW);
        all.add(
                new KernelWorkload(
                        "linearActivationGradient",
                        ROWS,
                        COLUMNS,
                        null,
                        gelu,
                        b ->
                                b.linearActivationGradient(
                                        Activation.GELU, x(b), x(b), x(b), row(b))));
        DropoutMask mask = DropoutMask.of(0.1f, 1, 2, 3);
        all.add(
                of(
                        "addLayerNorm",
                        4 * TENSOR + 3 * ROW + 2 * OF_ROWS,
                        b ->
                                b.linearAddNorm(
                                        perRow(b).reshape(ROWS, 1),
                                        row(b).reshape(COLUMNS, 1),
                                        row(b),
                                        mask,
                                        x(b),
                                        new Backend.Affine(row(b), row(b), 1e-5f),
                                        x(b),
                                        x(b),
                                        perRow(b),
                                        perRow(b))));
        Map<String, Long> norm = new LinkedHashMap<>();
        norm.put("addLayerNormGradient", 5 * TENSOR + ROW + 2 * OF_ROWS);
        norm.put("layerNormParameterPieces", 2 * TENSOR + 2 * OF_ROWS + 2 * ROW);
        norm.put("addPieces", 3 * ROW);
        all.add(
                new KernelWorkload(
                        "linearAddNormGradient",
                        ROWS,
                        COLUMNS,
                        null,
                        norm,
                        b ->
                                b.linearAddNormGradient(
                                        x(b), x(b), row(b), perRow(b), perRow(b), mask, x(b), x(b),
                                        row(b), row(b))));
    }

    private static void addTables(List<KernelWorkload> all) {
        int[] rows = new int[ROWS];
        Arrays.setAll(rows, i -> i * 7 % ROWS);
        int[] slots = new int[ROWS];
        Arrays.setAll(slots, i -> i);
        all.add(
                of(
                        "adamWRows",
                        7 * TENSOR + 2 * OF_ROWS,
                        b ->
                                b.adamWRows(
                                        x(b),
                                        new RowMoments(List.of(x(b)), List.of(positive(b))),
                                        rows,
                                        slots,
                                        x(b),
                                        1,
                                        new AdamWStep(1e-3, 0.9, 0.999, 1e-8, 0.01, 1))));
        int[] starts = {0, 5, ROWS};
        all.add(of("gatherRows", 2 * TENSOR + OF_ROWS, b -> b.gatherRows(x(b), rows, x(b))));
        all.add(
                of(
                        "addGatheredRows",
                        3 * TENSOR + OF_ROWS,
                        b -> b.addGatheredRows(x(b), rows, x(b))));
        all.add(
                of(
                        "scatterAddRows",
                        3 * TENSOR + 4 * OF_ROWS,
                        b -> b.scatterAddRows(x(b), rows, x(b))));
        all.add(
                of(
                        "meanOfSegments",
                        TENSOR + 2 * ROW,
                        b ->
                                b.reduceSegments(
                                        SegmentReduction.MEAN,
                                        x(b),
                                        starts,
                                        tensor(b, 2, COLUMNS))));
    }

    /// Attention over sequences of half of the tokens each.
    static KernelWorkload attention(String name, @Nullable HalfFormat format, int tokens) {
        long tensor = 4L * tokens * ATTENTION_COLUMNS;
        long perHead = 4L * tokens * HEADS;
        Map<String, Long> kernels = new LinkedHashMap<>();
        if (format == null) {
            kernels.put("attention", 4 * tensor + perHead);
        } else {
            kernels.put("narrowTo" + format.kernels(), tensor * 3 / 2);
            kernels.put("attention" + format.kernels() + "Size64", tensor * 5 / 2 + perHead);
        }
        return new KernelWorkload(
                name,
                tokens,
                ATTENTION_COLUMNS,
                format,
                kernels,
                b -> {
                    Tensor[] t = operands(b, tokens, 4);
                    Tensor logSumExp = tensor(b, tokens, HEADS); // [N, H]
                    b.attention(t[0], t[1], t[2], shape(tokens), DropoutMask.NONE, t[3], logSumExp);
                });
    }

    private static KernelWorkload attentionGradient(@Nullable HalfFormat format, int tokens) {
        long tensor = 4L * tokens * ATTENTION_COLUMNS;
        long perHead = 4L * tokens * HEADS;
        String made = format == null ? "" : format.kernels() + "Size64";
        Map<String, Long> kernels = new LinkedHashMap<>();
        if (format != null) {
            kernels.put("narrowTo" + format.kernels(), tensor * 3 / 2);
        }
        long operands = format == null ? 4 * tensor : 2 * tensor;
        kernels.put("attentionDeltas", 2 * tensor + perHead);
        kernels.put("attentionQueryGradient" + made, operands + 2 * tensor + 2 * perHead);
        kernels.put("attentionKeyValueGradient" + made, operands + 4 * tensor + 2 * perHead);
        return new KernelWorkload(
                format == null ? "attentionGradient" : "attentionGradient in bf16",
                tokens,
                ATTENTION_COLUMNS,
                format,
                kernels,
                b -> {
                    Tensor[] t = operands(b, tokens, 8);
                    Tensor logSumExp = tensor(b, tokens, HEADS); // [N, H]
                    b.attentionGradient(
                            t[0],
                            t[1],
                            t[2],
                            t[3],
                            logSumExp,
                            t[4],
                            shape(tokens),
                            DropoutMask.NONE,
                            t[5],
                            t[6],
                            t[7]);
                });
    }

    private static AttentionShape shape(int tokens) {
        return AttentionShape.of(new int[] {0, tokens}, HEADS, false);
    }

    private static Tensor[] operands(Backend backend, int tokens, int count) {
        Tensor[] tensors = new Tensor[count];
        Arrays.setAll(tensors, i -> tensor(backend, tokens, ATTENTION_COLUMNS));
        return tensors;
    }

    static KernelWorkload of(String kernel, long leastBytes, Consumer<Backend> run) {
        return new KernelWorkload(kernel, ROWS, COLUMNS, null, Map.of(kernel, leastBytes), run);
    }

    static Tensor x(Backend backend) {
        return tensor(backend, ROWS, COLUMNS);
    }

    static Tensor row(Backend backend) {
        return tensor(backend, COLUMNS);
    }

    static Tensor perRow(Backend backend) {
        return tensor(backend, ROWS);
    }

    static Tensor positive(Backend backend) {
        float[] values = new float[ROWS * COLUMNS];
        Arrays.fill(values, 0.5f);
        Tensor tensor = backend.allocate(Shape.of(ROWS, COLUMNS)); // [N, C]
        backend.write(values, tensor);
        return tensor;
    }

    static Tensor tensor(Backend backend, int... sizes) {
        Shape shape = Shape.of(sizes);
        Random random = new Random(1);
        float[] values = new float[shape.elements()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        Tensor tensor = backend.allocate(shape);
        backend.write(values, tensor);
        return tensor;
    }

    @Override
    public String toString() {
        return operation;
    }
}
