package xlmr.golden;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.IntStream;

/// Runs an ONNX graph by the letter of the operators' definitions, in double precision, one plain
/// loop each: only the operators that the export uses.
final class OnnxInterpreter {
    private final OnnxModel model;

    OnnxInterpreter(OnnxModel model) {
        this.model = model;
    }

    /// @param inputs arrays by name
    /// @return every array of the graph by name
    Map<String, OnnxArray> run(Map<String, OnnxArray> inputs) {
        Map<String, OnnxArray> arrays = new HashMap<>(inputs);
        for (OnnxModel.Constant constant : model.constants) {
            arrays.put(constant.name(), new OnnxArray(constant.shape(), constant.values()));
        }
        for (OnnxModel.Node node : model.nodes) {
            OnnxArray[] read = node.inputs().stream().map(arrays::get).toArray(OnnxArray[]::new);
            arrays.put(node.outputs().getFirst(), compute(node, read));
        }
        return arrays;
    }

    private static OnnxArray compute(OnnxModel.Node node, OnnxArray[] in) {
        return switch (node.operator()) {
            case "Add" -> in[0].with(in[1], Double::sum);
            case "Mul" -> in[0].with(in[1], (a, b) -> a * b);
            case "Div" -> in[0].with(in[1], (a, b) -> a / b);
            case "Equal" -> in[0].with(in[1], (a, b) -> a == b ? 1 : 0);
            case "LessOrEqual" -> in[0].with(in[1], (a, b) -> a <= b ? 1 : 0);
            case "And" -> in[0].with(in[1], (a, b) -> a * b);
            case "Not" -> in[0].map(a -> 1 - a);
            case "Relu" -> in[0].map(a -> Math.max(a, 0));
            case "Tanh" -> in[0].map(Math::tanh);
            case "Sigmoid" -> in[0].map(a -> 1 / (1 + Math.exp(-a)));
            case "Erf" -> in[0].map(OnnxInterpreter::erf);
            case "Cast" ->
                    node.attributes().get("to")[0] == 9 ? in[0].map(a -> a == 0 ? 0 : 1) : in[0];
            case "Where" -> where(in[0], in[1], in[2]);
            case "Shape" -> ints(in[0].shape());
            case "Range" -> range(in[0], in[1], in[2]);
            case "Concat" -> concat(in[0], in[1]);
            case "Reshape" -> reshape(in[0], in[1]);
            case "Unsqueeze" -> unsqueeze(in[0], in[1]);
            case "Transpose" -> transpose(in[0], node.attributes().get("perm"));
            case "Gather" -> gather(in[0], in[1], axis(node, in[0]));
            case "CumSum" -> cumulativeSum(in[0], (int) in[1].values()[0]);
            case "MatMul" -> multiply(in[0], in[1]);
            case "Softmax" -> softmax(in[0], axis(node, in[0]));
            case "LayerNormalization" ->
                    normalize(in[0], in[1], in[2], node.attributes().get("epsilon")[0]);
            default -> throw new AssertionError("operator " + node.operator());
        };
    }

    private static int axis(OnnxModel.Node node, OnnxArray array) {
        return Math.floorMod((int) node.attributes().get("axis")[0], array.rank());
    }

    private static OnnxArray ints(int... values) {
        return OnnxArray.of(Arrays.stream(values).asDoubleStream().toArray(), values.length);
    }

    private static OnnxArray where(OnnxArray condition, OnnxArray yes, OnnxArray no) {
        OnnxArray kept = condition.with(yes, (c, value) -> c == 0 ? Double.NaN : value);
        return kept.with(no, (value, other) -> Double.isNaN(value) ? other : value);
    }

    private static OnnxArray range(OnnxArray start, OnnxArray limit, OnnxArray step) {
        assert step.values()[0] == 1;
        return ints(IntStream.range((int) start.values()[0], (int) limit.values()[0]).toArray());
    }

    private static OnnxArray concat(OnnxArray first, OnnxArray second) {
        assert first.rank() == 1 && second.rank() == 1;
        double[] both =
                Arrays.copyOf(first.values(), first.values().length + second.values().length);
        System.arraycopy(second.values(), 0, both, first.values().length, second.values().length);
        return OnnxArray.of(both, both.length);
    }

    /// A size of 0 is that of the input, one of -1 what remains.
    private static OnnxArray reshape(OnnxArray array, OnnxArray sizes) {
        int[] shape = new int[sizes.values().length];
        int open = -1;
        int known = 1;
        for (int axis = 0; axis < shape.length; axis++) {
            shape[axis] = (int) sizes.values()[axis];
            if (shape[axis] == 0) {
                shape[axis] = array.shape()[axis];
            }
            if (shape[axis] == -1) {
                open = axis;
            } else {
                known *= shape[axis];
            }
        }
        if (open >= 0) {
            shape[open] = array.values().length / known;
        }
        return new OnnxArray(shape, array.values());
    }

    private static OnnxArray unsqueeze(OnnxArray array, OnnxArray axes) {
        int[] shape = new int[array.rank() + axes.values().length];
        for (double axis : axes.values()) {
            shape[(int) axis] = 1;
        }
        int next = 0;
        for (int axis = 0; axis < shape.length; axis++) {
            shape[axis] = shape[axis] == 1 ? 1 : array.shape()[next++];
        }
        return new OnnxArray(shape, array.values());
    }

    private static OnnxArray transpose(OnnxArray array, double[] order) {
        int[] shape = new int[order.length];
        int[] strides = new int[order.length];
        for (int axis = 0; axis < shape.length; axis++) {
            int from = (int) order[axis];
            shape[axis] = array.shape()[from];
            strides[axis] = OnnxArray.product(array.shape(), from + 1, array.rank());
        }
        double[] result = new double[array.values().length];
        for (int i = 0; i < result.length; i++) {
            int from = 0;
            int rest = i;
            for (int axis = shape.length - 1; axis >= 0; axis--) {
                from += rest % shape[axis] * strides[axis];
                rest /= shape[axis];
            }
            result[i] = array.values()[from];
        }
        return new OnnxArray(shape, result);
    }

    private static OnnxArray gather(OnnxArray array, OnnxArray indices, int axis) {
        int outer = OnnxArray.product(array.shape(), 0, axis);
        int size = array.shape()[axis];
        int inner = OnnxArray.product(array.shape(), axis + 1, array.rank());
        int count = indices.values().length;
        double[] result = new double[outer * count * inner];
        for (int row = 0; row < outer; row++) {
            for (int i = 0; i < count; i++) {
                int index = (int) indices.values()[i];
                System.arraycopy(
                        array.values(),
                        (row * size + index) * inner,
                        result,
                        (row * count + i) * inner,
                        inner);
            }
        }
        IntStream before = Arrays.stream(array.shape(), 0, axis);
        IntStream after = Arrays.stream(array.shape(), axis + 1, array.rank());
        IntStream middle = Arrays.stream(indices.shape());
        return new OnnxArray(
                IntStream.concat(IntStream.concat(before, middle), after).toArray(), result);
    }

    private static OnnxArray cumulativeSum(OnnxArray array, int axis) {
        assert axis == array.rank() - 1;
        double[] result = array.values().clone();
        int columns = array.shape()[axis];
        for (int i = 0; i < result.length; i++) {
            result[i] += i % columns == 0 ? 0 : result[i - 1];
        }
        return new OnnxArray(array.shape(), result);
    }

    /// Matrices in the last two axes; one matrix alone multiplies all.
    private static OnnxArray multiply(OnnxArray left, OnnxArray right) {
        int inner = left.shape()[left.rank() - 1];
        int columns = right.shape()[right.rank() - 1];
        boolean single = right.rank() == 2;
        int rows = single ? left.values().length / inner : left.shape()[left.rank() - 2];
        assert right.shape()[right.rank() - 2] == inner;
        int matrices = left.values().length / (rows * inner);
        double[] result = new double[matrices * rows * columns];
        for (int row = 0; row < matrices * rows; row++) {
            int matrix = row / rows * inner * columns;
            for (int k = 0; k < inner; k++) {
                double factor = left.values()[row * inner + k];
                for (int column = 0; column < columns; column++) {
                    result[row * columns + column] +=
                            factor * right.values()[matrix + k * columns + column];
                }
            }
        }
        int[] shape = left.shape().clone();
        shape[shape.length - 1] = columns;
        return new OnnxArray(shape, result);
    }

    private static OnnxArray softmax(OnnxArray array, int axis) {
        assert axis == array.rank() - 1;
        int columns = array.shape()[axis];
        double[] result = new double[array.values().length];
        for (int first = 0; first < result.length; first += columns) {
            double largest =
                    Arrays.stream(array.values(), first, first + columns).max().orElseThrow();
            double sum = 0;
            for (int i = first; i < first + columns; i++) {
                result[i] = Math.exp(array.values()[i] - largest);
                sum += result[i];
            }
            for (int i = first; i < first + columns; i++) {
                result[i] /= sum;
            }
        }
        return new OnnxArray(array.shape(), result);
    }

    private static OnnxArray normalize(
            OnnxArray array, OnnxArray scale, OnnxArray shift, double epsilon) {
        int columns = scale.values().length;
        double[] result = new double[array.values().length];
        for (int first = 0; first < result.length; first += columns) {
            double mean =
                    Arrays.stream(array.values(), first, first + columns).average().orElseThrow();
            double variance =
                    Arrays.stream(array.values(), first, first + columns)
                            .map(value -> (value - mean) * (value - mean))
                            .average()
                            .orElseThrow();
            for (int i = 0; i < columns; i++) {
                double normal = (array.values()[first + i] - mean) / Math.sqrt(variance + epsilon);
                result[first + i] = normal * scale.values()[i] + shift.values()[i];
            }
        }
        return new OnnxArray(array.shape(), result);
    }

    /// 2/√π e^(-x²) Σ 2ⁿ x^(2n+1) / (2n+1)!!, all of one sign (Abramowitz and Stegun 7.1.6).
    private static double erf(double x) {
        if (Math.abs(x) > 6) {
            return Math.signum(x);
        }
        double term = x;
        double sum = x;
        for (int n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
            term *= 2 * x * x / (2 * n + 1);
            sum += term;
        }
        return 2 / Math.sqrt(Math.PI) * Math.exp(-x * x) * sum;
    }
}
