package xlmr.cuda;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import xlmr.backend.Activation;
import xlmr.backend.AdamWStep;
import xlmr.backend.AttentionShape;
import xlmr.backend.DropoutMask;
import xlmr.ptx.DeviceBuffer;
import xlmr.ptx.machine.LaunchReport;
import xlmr.tensor.Shape;
import xlmr.tensor.Tensor;

/// The CUDA kernels as a backend, on an emulated device. Matrix products, which are not theirs, are
/// done on the host.
public final class EmulatedBackend extends EmulatedRows {
    private static final int PIECE = 256;
    private static final int SQUARES_OF_BLOCK = 8192;

    /// The kernels as they are.
    public EmulatedBackend() {
        this(Map.of());
    }

    /// The kernels, with other PTX for some families.
    public EmulatedBackend(Map<String, String> replaced) {
        super(new Launcher(replaced));
    }

    @Override
    public String name() {
        return "emulated-cuda";
    }

    @Override
    public int threads() {
        return 1;
    }

    @Override
    public Tensor allocate(Shape shape) {
        return new Tensor(shape, new DeviceStorage(launcher.allocate(shape.elements() * 4L)));
    }

    @Override
    public void fill(Tensor tensor, float value) {
        launcher.elements("fill", count(tensor), tensor, value);
    }

    @Override
    public void write(float[] source, Tensor output) {
        launcher.pointer(output).write(source);
    }

    /// What was launched since the last time.
    public List<LaunchReport> takeReports() {
        return launcher.takeReports();
    }

    /// Gives all memory back; no tensor may be used any more.
    public void freeAll() {
        launcher.freeAll();
    }

    @Override
    public void biasGradient(Tensor dOutput, Tensor dBias) {
        int rows = dOutput.shape().rows();
        int columns = count(dBias);
        int pieces = pieces(rows);
        DeviceBuffer partial = launcher.allocate(4L * pieces * columns);
        launcher.launch(
                "biasPieces",
                (columns + 31) / 32,
                pieces,
                32,
                8,
                dOutput,
                partial,
                rows,
                columns,
                PIECE);
        launcher.elements("addPieces", columns, partial, dBias, pieces);
    }

    @Override
    public void attention(
            Tensor query,
            Tensor key,
            Tensor value,
            AttentionShape shape,
            DropoutMask dropout,
            Tensor output,
            Tensor logSumExp) {
        new AttentionLaunches(launcher)
                .forward(query, key, value, shape, dropout, output, logSumExp);
    }

    @Override
    public void attentionGradient(
            Tensor query,
            Tensor key,
            Tensor value,
            Tensor output,
            Tensor logSumExp,
            Tensor dOutput,
            AttentionShape shape,
            DropoutMask dropout,
            Tensor dQuery,
            Tensor dKey,
            Tensor dValue) {
        new AttentionLaunches(launcher)
                .backward(
                        query, key, value, output, logSumExp, dOutput, shape, dropout, dQuery, dKey,
                        dValue);
    }

    @Override
    public void attentionProbabilities(
            Tensor query, Tensor key, AttentionShape shape, Tensor output) {
        new AttentionLaunches(launcher).probabilities(query, key, shape, output);
    }

    @Override
    public void layerNorm(
            Tensor input,
            Tensor weight,
            Tensor bias,
            float epsilon,
            Tensor output,
            Tensor mean,
            Tensor rstd) {
        launcher.rows(
                "layerNorm",
                input.shape().rows(),
                ROW_THREADS,
                input,
                weight,
                bias,
                epsilon,
                output,
                mean,
                rstd,
                input.size(-1));
    }

    @Override
    public void layerNormGradient(
            Tensor dOutput,
            Tensor input,
            Tensor weight,
            Tensor mean,
            Tensor rstd,
            @Nullable Tensor dInput,
            @Nullable Tensor dWeight,
            @Nullable Tensor dBias) {
        int rows = input.shape().rows();
        int columns = input.size(-1);
        if (dInput != null) {
            launcher.rows(
                    "layerNormGradient",
                    rows,
                    ROW_THREADS,
                    dOutput,
                    input,
                    weight,
                    mean,
                    rstd,
                    dInput,
                    columns);
        }
        if (dWeight == null && dBias == null) {
            return;
        }
        int pieces = pieces(rows);
        DeviceBuffer partialWeight = launcher.allocate(4L * pieces * columns);
        DeviceBuffer partialBias = launcher.allocate(4L * pieces * columns);
        launcher.launch(
                "layerNormParameterPieces",
                (columns + 31) / 32,
                pieces,
                32,
                8,
                dOutput,
                input,
                mean,
                rstd,
                partialWeight,
                partialBias,
                rows,
                columns,
                PIECE);
        if (dWeight != null) {
            launcher.elements("addPieces", columns, partialWeight, dWeight, pieces);
        }
        if (dBias != null) {
            launcher.elements("addPieces", columns, partialBias, dBias, pieces);
        }
    }

    private static int pieces(int rows) {
        return (rows + PIECE - 1) / PIECE;
    }

    @Override
    public void activation(Activation function, Tensor input, Tensor output) {
        launcher.elements(name(function), count(input), input, output);
    }

    @Override
    public void activationGradient(
            Activation function, Tensor input, Tensor dOutput, Tensor dInput) {
        launcher.elements(name(function) + "Gradient", count(input), input, dOutput, dInput);
    }

    private static String name(Activation function) {
        return switch (function) {
            case GELU -> "gelu";
            case GELU_TANH -> "geluTanh";
            case RELU -> "relu";
            case SILU -> "silu";
            case QUICK_GELU -> "quickGelu";
            case TANH -> "hyperbolicTangent";
            case SIGMOID -> "sigmoid";
        };
    }

    @Override
    public void add(Tensor left, Tensor right, Tensor output) {
        launcher.elements("add", count(output), left, right, output);
    }

    @Override
    public void addScaled(Tensor input, float factor, Tensor output) {
        launcher.elements("addScaled", count(output), input, factor, output);
    }

    @Override
    public void multiply(Tensor left, Tensor right, Tensor output) {
        launcher.elements("multiply", count(output), left, right, output);
    }

    @Override
    public void multiplyGradient(Tensor dOutput, Tensor right, Tensor dLeft) {
        launcher.elements("multiplyGradient", count(dLeft), dOutput, right, dLeft);
    }

    @Override
    public void scale(Tensor tensor, float factor) {
        launcher.elements("scale", count(tensor), tensor, factor);
    }

    @Override
    public void dropout(Tensor input, DropoutMask mask, Tensor output) {
        launcher.elements(
                "dropout",
                count(output),
                input,
                mask.low(),
                mask.high(),
                mask.threshold(),
                mask.scale(),
                output);
    }

    @Override
    public void dropoutGradient(Tensor dOutput, DropoutMask mask, Tensor dInput) {
        launcher.elements(
                "dropoutGradient",
                count(dInput),
                dOutput,
                mask.low(),
                mask.high(),
                mask.threshold(),
                mask.scale(),
                dInput);
    }

    @Override
    public void softmax(Tensor input, Tensor output) {
        launcher.rows("softmax", rows(input), ROW_THREADS, input, output, input.size(-1));
    }

    @Override
    public void softmaxGradient(Tensor output, Tensor dOutput, Tensor dInput) {
        launcher.rows(
                "softmaxGradient",
                rows(output),
                ROW_THREADS,
                output,
                dOutput,
                dInput,
                output.size(-1));
    }

    @Override
    public void logSoftmax(Tensor input, Tensor output) {
        launcher.rows("logSoftmax", rows(input), ROW_THREADS, input, output, input.size(-1));
    }

    @Override
    public void logSoftmaxGradient(Tensor output, Tensor dOutput, Tensor dInput) {
        launcher.rows(
                "logSoftmaxGradient",
                rows(output),
                ROW_THREADS,
                output,
                dOutput,
                dInput,
                output.size(-1));
    }

    @Override
    public double sumOfSquares(Tensor tensor) {
        int n = count(tensor);
        int pieces = (n + SQUARES_OF_BLOCK - 1) / SQUARES_OF_BLOCK;
        DeviceBuffer partial = launcher.allocate(8L * pieces);
        DeviceBuffer total = launcher.allocate(8);
        launcher.rows("sumOfSquaresPieces", pieces, 256, tensor, partial, n);
        launcher.rows("addSquares", 1, 256, partial, total, pieces);
        return ByteBuffer.wrap(total.read(0, 8)).order(ByteOrder.LITTLE_ENDIAN).getDouble();
    }

    @Override
    public void adamW(
            Tensor parameter,
            Tensor gradient,
            float gradientScale,
            Tensor firstMoment,
            Tensor secondMoment,
            AdamWStep step) {
        launcher.elements(
                "adamW",
                count(parameter),
                parameter,
                gradient,
                firstMoment,
                secondMoment,
                gradientScale,
                (float) step.beta1(),
                (float) (1 - step.beta1()),
                (float) step.beta2(),
                (float) (1 - step.beta2()),
                (float) step.epsilon(),
                step.decay(),
                step.stepSize(),
                step.correction());
    }

    /// Rows of what may have no columns: none then.
    private static int rows(Tensor tensor) {
        return count(tensor) == 0 ? 0 : tensor.shape().rows();
    }

    @Override
    public void close() {
        freeAll();
    }
}
