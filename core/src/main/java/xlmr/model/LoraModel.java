package xlmr.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import xlmr.autograd.Parameter;
import xlmr.nn.Linear;
import xlmr.nn.LowRank;
import xlmr.tensor.Shape;
import xlmr.tensor.Tensor;

/// Puts low-rank adapters beside the linear layers of a model, and makes one model of both.
public final class LoraModel {
    /// In the names of adapters, which PEFT forms in the same way.
    private static final String MARK = ".lora_";

    private static final String WEIGHT = ".weight";

    private LoraModel() {}

    /// Whether a parameter belongs to an adapter, by name.
    public static boolean isAdapter(String name) {
        return name.contains(MARK);
    }

    /// A model with new adapters. A is drawn from U(-1/√in, 1/√in), which is PEFT's
    /// kaiming_uniform_(a=√5), and B is 0: it computes what it did.
    ///
    /// @param seed of A
    /// @throws IllegalArgumentException if the rank is larger than a layer
    public static TaskModel attach(TaskModel model, LoraSettings settings, long seed) {
        return new TaskModel(model.task(), attach(model.encoder(), settings, seed), model.head());
    }

    /// An encoder with new adapters, for whatever heads.
    ///
    /// @param seed of A
    /// @throws IllegalArgumentException if the rank is larger than a layer
    public static XlmRobertaModel attach(
            XlmRobertaModel encoder, LoraSettings settings, long seed) {
        SplittableRandom random = new SplittableRandom(seed ^ 0x6c6f7261L);
        return encoder.withLinears(
                linear ->
                        settings.targets(module(linear))
                                ? drawn(linear, settings, random)
                                : linear);
    }

    /// A model of plain layers that computes the same: W + α/r B A in place of each W that has an
    /// adapter.
    public static TaskModel merge(TaskModel model) {
        return withLinears(model, LoraModel::merged);
    }

    /// Whether two encoders have adapters of the same numbers beside the same layers, so that they
    /// compute the same if the rest of their weights is the same.
    static boolean sameAdapters(XlmRobertaModel one, XlmRobertaModel other) {
        List<LowRank> first = adapters(one);
        List<LowRank> second = adapters(other);
        boolean same = first.size() == second.size();
        for (int i = 0; same && i < first.size(); i++) {
            LowRank left = first.get(i);
            LowRank right = second.get(i);
            same =
                    left.scale() == right.scale()
                            && sameNumbers(left.a(), right.a())
                            && sameNumbers(left.b(), right.b());
        }
        return same;
    }

    private static List<LowRank> adapters(XlmRobertaModel model) {
        List<LowRank> adapters = new ArrayList<>();
        var _ =
                model.withLinears(
                        linear -> {
                            if (linear.change() != null) {
                                adapters.add(linear.change());
                            }
                            return linear;
                        });
        return adapters;
    }

    private static boolean sameNumbers(Parameter one, Parameter other) {
        return one.name().equals(other.name())
                && Arrays.equals(one.value().toArray(), other.value().toArray());
    }

    /// The full name of a linear layer, such as `roberta.encoder.layer.0.attention.self.query`.
    static String module(Linear linear) {
        String name = linear.weight().name();
        return name.substring(0, name.length() - WEIGHT.length());
    }

    static TaskModel withLinears(TaskModel model, UnaryOperator<Linear> change) {
        return new TaskModel(model.task(), model.encoder().withLinears(change), model.head());
    }

    /// A layer with an adapter of these weights.
    static Linear adapted(Linear linear, Tensor a, Tensor b, float scale, float dropout) {
        String module = module(linear);
        return new Linear(
                linear.weight(),
                linear.bias(),
                new LowRank(
                        new Parameter(module + MARK + "A.weight", a),
                        new Parameter(module + MARK + "B.weight", b),
                        scale,
                        dropout));
    }

    private static Linear drawn(Linear linear, LoraSettings settings, SplittableRandom random) {
        int rank = settings.rank();
        int out = linear.weight().shape().size(0);
        int in = linear.weight().shape().size(1);
        if (rank > Math.min(out, in)) {
            throw new IllegalArgumentException(
                    "lora: rank %d is larger than the layer %s %s"
                            .formatted(rank, module(linear), linear.weight().shape()));
        }
        float[] values = new float[rank * in];
        double bound = 1 / Math.sqrt(in);
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextDouble(-bound, bound);
        }
        return adapted(
                linear,
                Tensor.of(Shape.of(rank, in), values), // [r, in]
                Tensor.zeros(out, rank), // [out, r]
                settings.scale(),
                (float) settings.dropout());
    }

    private static Linear merged(Linear linear) {
        LowRank change = linear.change();
        if (change == null) {
            return linear;
        }
        Parameter weight = linear.weight();
        return new Linear(
                new Parameter(
                        weight.name(),
                        Tensor.of(weight.shape(), change.mergedInto(weight.value()))), // [out, in]
                linear.bias());
    }
}
