package xlmr.train;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import xlmr.autograd.Parameter;
import xlmr.model.EncoderLayers;
import xlmr.model.LoraModel;

/// Parameters that belong together, and how many numbers of them train.
///
/// @param name in words, such as `encoder layers 0-7`
/// @param parameters numbers in the group
/// @param trained of them
public record ParameterGroup(String name, long parameters, long trained) {
    /// The groups of a model, lowest first: embeddings, encoder layers (neighbours that are alike
    /// as one), adapters, head.
    ///
    /// @param layers L
    /// @param trainable which train, by name
    static List<ParameterGroup> of(
            List<Parameter> parameters, int layers, Predicate<String> trainable) {
        long[][] counts = new long[layers + 3][2];
        for (Parameter parameter : parameters) {
            long[] own = counts[place(parameter.name(), layers)];
            long elements = parameter.shape().elements();
            own[0] += elements;
            own[1] += trainable.test(parameter.name()) ? elements : 0;
        }
        List<ParameterGroup> groups = new ArrayList<>();
        groups.add(new ParameterGroup("embeddings", counts[0][0], counts[0][1]));
        for (int from = 0; from < layers; ) {
            int to = from;
            long[] own = counts[from + 1].clone();
            while (to + 1 < layers && alike(counts[to + 2], counts[from + 1])) {
                to++;
                own[0] += counts[to + 1][0];
                own[1] += counts[to + 1][1];
            }
            String name =
                    from == to
                            ? "encoder layer " + from
                            : "encoder layers %d-%d".formatted(from, to);
            groups.add(new ParameterGroup(name, own[0], own[1]));
            from = to + 1;
        }
        long[] adapters = counts[layers + 1];
        if (adapters[0] > 0) {
            groups.add(new ParameterGroup("adapters", adapters[0], adapters[1]));
        }
        groups.add(new ParameterGroup("head", counts[layers + 2][0], counts[layers + 2][1]));
        return List.copyOf(groups);
    }

    private static int place(String name, int layers) {
        if (LoraModel.isAdapter(name)) {
            return layers + 1;
        }
        if (EncoderLayers.isEmbedding(name)) {
            return 0;
        }
        int layer = EncoderLayers.of(name, layers);
        return layer < 0 ? layers + 2 : layer + 1;
    }

    private static boolean alike(long[] one, long[] other) {
        return one[0] == other[0] && one[1] == other[1];
    }
}
