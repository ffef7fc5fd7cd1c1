package xlmr.model;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/// The head that a model has, in words and shapes.
///
/// @param spec its short text, such as `bilstm:256`
/// @param steps from the encoder's hidden states to the logits, a line each
/// @param weights each parameter's name and shape
/// @param parameters numbers in it
public record HeadWords(String spec, List<String> steps, List<String> weights, long parameters) {
    /// Describes the head of a model.
    public static HeadWords of(TaskModel model) {
        HeadSpec spec = HeadSpec.of(model.config());
        List<String> steps = new ArrayList<>();
        addSteps(steps, spec, model);
        long parameters = 0;
        List<String> weights = new ArrayList<>();
        for (var parameter : model.head().parameters()) {
            weights.add(parameter.toString().replace("[", " ["));
            parameters += parameter.shape().elements();
        }
        return new HeadWords(spec.text(), steps, weights, parameters);
    }

    private static void addSteps(List<String> steps, HeadSpec spec, TaskModel model) {
        int hidden = model.config().hiddenSize();
        boolean everyToken = model.task() == Task.TOKEN_CLASSIFICATION;
        String all = "hidden states of all tokens of the last layer, [T, %d]".formatted(hidden);
        String read = "hidden state of the first token, <s>, [%d]".formatted(hidden);
        switch (spec) {
            case HeadSpec.Reference reference ->
                    steps.add("the default head of " + model.task().word());
            case HeadSpec.Perceptron perceptron -> {
                steps.add(everyToken ? all : read);
                perceptron
                        .sizes()
                        .forEach(
                                size ->
                                        steps.add(
                                                "dropout, linear to %d, %s"
                                                        .formatted(
                                                                size,
                                                                HeadText.lower(
                                                                        perceptron.activation()))));
            }
            case HeadSpec.RecurrentNetwork network -> {
                steps.add(all);
                steps.add(recurrent(network));
                if (!everyToken) {
                    steps.add(summary(network));
                }
            }
            case HeadSpec.Convolutions convolutions -> {
                steps.add(all);
                steps.add(
                        convolutions.filters().stream()
                                .map(
                                        filter ->
                                                "%d filters of %d tokens"
                                                        .formatted(
                                                                filter.channels(), filter.width()))
                                .collect(
                                        Collectors.joining(
                                                ", ", "dropout, ", ", then what is above 0")));
                if (!everyToken) {
                    steps.add("the largest of each filter in the text");
                }
            }
            case HeadSpec.Pooled pooled -> {
                steps.add(all);
                steps.add(
                        switch (pooled.kind()) {
                            case MEAN -> "their mean";
                            case MAX -> "the largest of each column";
                            case ATTENTION ->
                                    "their mean, weighted by how well tanh of a linear layer"
                                            + " answers a trained question";
                        });
            }
            case HeadSpec.Mix mix -> {
                steps.add(
                        "all %d layers' hidden states (the embeddings are the first), a trained mean of them; of that:"
                                .formatted(model.config().numHiddenLayers() + 1));
                addSteps(steps, mix.head(), model);
            }
            case HeadSpec.Own own -> steps.add(HeadFactories.named(own.name()).description());
        }
        boolean projects =
                !(spec instanceof HeadSpec.Mix
                        || spec instanceof HeadSpec.Own
                        || spec instanceof HeadSpec.Reference);
        if (projects) {
            steps.add("dropout, projection to %d logits".formatted(model.config().numLabels()));
        }
    }

    private static String recurrent(HeadSpec.RecurrentNetwork network) {
        return "dropout, %s of %d columns%s%s"
                .formatted(
                        network.cell(),
                        network.hidden(),
                        network.both() ? " forwards and as many backwards" : "",
                        network.layers() == 1 ? "" : ", %d layers".formatted(network.layers()));
    }

    private static String summary(HeadSpec.RecurrentNetwork network) {
        return switch (network.summary()) {
            case LAST ->
                    network.both()
                            ? "its final states, at the last and first token"
                            : "its final state, at the last token";
            case MEAN -> "the mean over the tokens";
            case MAX -> "the largest of each column";
        };
    }
}
