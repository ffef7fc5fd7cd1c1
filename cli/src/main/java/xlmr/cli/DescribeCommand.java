package xlmr.cli;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import xlmr.autograd.Parameter;
import xlmr.model.HeadSpec;
import xlmr.model.HeadWords;
import xlmr.model.ModelLoader;
import xlmr.model.Task;
import xlmr.model.TaskHead;
import xlmr.model.XlmRobertaConfig;
import xlmr.model.XlmRobertaModel;

/// Says what a model is made of.
@Command(
        name = "describe",
        description =
                "Say what a model is made of: its sizes, where its parameters are, and the head"
                        + " that each task puts on top, in words and shapes.",
        footer = {"", "Example:", "  xlmr describe --model DIR"})
final class DescribeCommand implements Runnable {
    private final Streams streams;

    @Mixin private ModelOption model;

    @Option(names = "--json", description = "One JSON object instead of text.")
    private boolean json;

    DescribeCommand(Streams streams) {
        this.streams = streams;
    }

    @Override
    public void run() {
        Path directory = model.directory(streams);
        XlmRobertaModel encoder = ModelLoader.encoder(directory, ModelLoader.FROZEN).model();
        XlmRobertaConfig config = encoder.config();
        Map<String, Long> groups = parameters(encoder);
        List<TaskHead> heads = TaskHead.all(config);
        Optional<HeadWords> own = ownHead(directory, config);
        DescribedHeads named = DescribedHeads.of(directory, encoder);
        if (json) {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("model", directory.toString());
            fields.put("config", config.json());
            fields.put("parameters", groups);
            own.ifPresent(head -> fields.put("head", fields(head)));
            fields.put("named_heads", named.fields());
            fields.put("heads", heads.stream().map(DescribeCommand::fields).toList());
            Json.printLine(streams.out(), fields);
            return;
        }
        print(directory, config, groups, heads, own, named);
    }

    /// The head of a model that has another than its task's default.
    private static Optional<HeadWords> ownHead(Path directory, XlmRobertaConfig config) {
        boolean isOwn =
                Task.of(config).isPresent() && !(HeadSpec.of(config) instanceof HeadSpec.Reference);
        return isOwn
                ? Optional.of(HeadWords.of(ModelLoader.task(directory, ModelLoader.FROZEN).model()))
                : Optional.empty();
    }

    private static Map<String, Object> fields(HeadWords head) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("spec", head.spec());
        fields.put("steps", head.steps());
        fields.put("weights", head.weights());
        fields.put("parameters", head.parameters());
        return fields;
    }

    /// Numbers of parameters by group, the sum last.
    static Map<String, Long> parameters(XlmRobertaModel encoder) {
        Map<String, Long> groups = new LinkedHashMap<>();
        long sum = 0;
        for (Parameter parameter : encoder.parameters()) {
            long elements = parameter.shape().elements();
            groups.merge(group(parameter.name()), elements, Long::sum);
            sum += elements;
        }
        groups.put("encoder, in all", sum);
        return groups;
    }

    private static Map<String, Object> fields(TaskHead head) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("task", head.task());
        fields.put("reference", head.reference());
        fields.put("steps", head.steps());
        fields.put("parameters", head.parameters());
        return fields;
    }

    private static String group(String name) {
        if (name.contains("word_embeddings")) {
            return "word embeddings";
        }
        if (name.contains("embeddings.")) {
            return "other embeddings";
        }
        if (name.contains("pooler")) {
            return "pooler";
        }
        if (name.contains(".attention.")) {
            return "attention, all layers";
        }
        return "feed-forward, all layers";
    }

    private void print(
            Path directory,
            XlmRobertaConfig config,
            Map<String, Long> groups,
            List<TaskHead> heads,
            Optional<HeadWords> own,
            DescribedHeads named) {
        PrintStream out = streams.out();
        out.println(
                Printable.line(
                        model.given() ? directory.toString() : "the embedded model, " + directory));
        out.printf(
                "  %s: %d layers (L), hidden size %d (C), %d attention heads (H) of %d,"
                        + " feed-forward %d (F) with %s%n",
                config.modelType(),
                config.numHiddenLayers(),
                config.hiddenSize(),
                config.numAttentionHeads(),
                config.headSize(),
                config.intermediateSize(),
                config.hiddenAct());
        out.printf(
                "  vocabulary %,d (V), at most %d tokens a text, dropout %s, LayerNorm epsilon"
                        + " %s%n",
                config.vocabSize(),
                config.maxTokens(),
                config.hiddenDropoutProb(),
                config.layerNormEps());
        out.printf(
                "  saved as %s; labels %s%n%n",
                Printable.line(String.join(", ", config.architectures())),
                Printable.line(String.join(", ", config.labels())));
        out.println("Parameters");
        groups.forEach((group, count) -> out.printf("  %-26s %,14d%n", group, count));
        out.println();
        own.ifPresent(
                head -> {
                    out.printf(
                            "The head of this model: %s (%,d parameters)%n",
                            Printable.line(head.spec()), head.parameters());
                    head.steps().forEach(step -> out.println("    " + Printable.line(step)));
                    head.weights().forEach(weight -> out.println("  " + weight));
                    out.println();
                });
        named.print(out);
        out.println("Heads: what each task puts on top of the encoder's hidden states [B, T, C]");
        for (TaskHead head : heads) {
            out.printf("  %s (%,d parameters)%n", head.task(), head.parameters());
            head.steps().forEach(step -> out.println("    " + step));
        }
        out.println();
        out.println(
                "Fine-tuning is global unless you say otherwise: train changes every parameter of"
                        + " encoder and head.");
        out.println("With --tune head the encoder stays as it is and only the head is trained.");
    }
}
