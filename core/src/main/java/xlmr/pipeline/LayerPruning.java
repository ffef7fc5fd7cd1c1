package xlmr.pipeline;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import xlmr.autograd.Parameter;
import xlmr.checkpoint.CheckpointException;
import xlmr.model.PoolingSettings;
import xlmr.model.XlmRobertaConfig;

/// Keeps some layers of the encoder, in their order; they move together, so that the third of
/// layers 0, 5 and 11 is then layer 2.
///
/// Dropping the upper layers costs a fine-tuned model least as a rule, and fine-tuning again brings
/// most of it back (Sajjad et al. 2023, On the effect of dropping layers of pre-trained transformer
/// models).
///
/// @param kept layers that stay, counted from 0, ascending
public record LayerPruning(List<Integer> kept) implements Pruning {
    private static final String LAYER = "roberta.encoder.layer.";

    /// Sorts the layers.
    ///
    /// @throws IllegalArgumentException if there is none
    public LayerPruning {
        if (kept.isEmpty()) {
            throw new IllegalArgumentException("layers to keep: expected at least one");
        }
        kept = List.copyOf(new TreeSet<>(kept));
    }

    @Override
    public Result run(Path model, Path output) {
        StoredModel source = StoredModel.read(model, false);
        int layers = source.config().numHiddenLayers();
        for (int layer : kept) {
            if (layer < 0 || layer >= layers) {
                throw new CheckpointException(
                        model.toString(),
                        "has no layer %d; expected 0 to %d".formatted(layer, layers - 1));
            }
        }
        XlmRobertaConfig config =
                source.config()
                        .withPrunedHeads(source.config().prunedHeads().ofLayers(kept))
                        .with("num_hidden_layers", kept.size());
        StoredModel smaller = source.with(config, parameters(source.parameters()));
        smaller.write(output, source.type(), ModelConversion.LARGEST_SHARD);
        ModelConversion.copyTokenizer(model, output);
        PoolingSettings.read(model).ifPresent(settings -> settings.write(output));
        String gone =
                IntStream.range(0, layers)
                        .filter(layer -> !kept.contains(layer))
                        .mapToObj(Integer::toString)
                        .collect(Collectors.joining(", "));
        return new Result(
                config,
                List.of(
                        "layers kept: %s; gone: %s"
                                .formatted(
                                        kept.stream()
                                                .map(String::valueOf)
                                                .collect(Collectors.joining(", ")),
                                        gone.isEmpty() ? "none" : gone)),
                null,
                source.warnings());
    }

    private List<Parameter> parameters(List<Parameter> all) {
        Map<Integer, Integer> places = new LinkedHashMap<>();
        kept.forEach(layer -> places.put(layer, places.size()));
        List<Parameter> parameters = new ArrayList<>();
        for (Parameter parameter : all) {
            String name = parameter.name();
            if (!name.startsWith(LAYER)) {
                parameters.add(parameter);
                continue;
            }
            int dot = name.indexOf('.', LAYER.length());
            Integer place = places.get(Integer.valueOf(name.substring(LAYER.length(), dot)));
            if (place != null) {
                parameters.add(
                        new Parameter(LAYER + place + name.substring(dot), parameter.value()));
            }
        }
        return parameters;
    }
}
