package xlmr.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import xlmr.backend.Backend;
import xlmr.data.Example;
import xlmr.model.ProblemType;
import xlmr.model.Task;
import xlmr.model.XlmRobertaConfig;
import xlmr.pipeline.LayerPruning;
import xlmr.pipeline.ModelComparison;
import xlmr.pipeline.Pruning;
import xlmr.pipeline.VocabularyPruning;
import xlmr.tokenizer.KeptCharacters;

/// Makes a smaller model by leaving parts out.
@Command(
        name = "prune",
        customSynopsis =
                "xlmr prune [OPTIONS] --model=DIR --output=DIR (--keep-layers=LAYERS |"
                        + " --drop-layers=LAYERS | --vocabulary-from=FILE...)",
        description = {
            "Make a smaller model by leaving a part out: layers of the encoder, or the pieces of"
                    + " the vocabulary that your texts do not need. The result is an ordinary model"
                    + " directory. A table says what it costs before and after, and with labelled texts"
                    + " how good it is.",
            "",
            "Layers and vocabulary can both be pruned, one after the other."
        },
        footer = {
            "",
            "Examples:",
            "  xlmr prune --model my-model --keep-layers 0-5,11 --output small --data test.tsv"
                    + " --label-column category",
            "  xlmr prune --model my-model --vocabulary-from english.txt french.txt --output small"
        })
final class PruneCommand implements Runnable {
    /// To be timed where no texts are given.
    private static final List<String> SENTENCES =
            List.of(
                    "The train to the coast leaves at half past seven.",
                    "Der Vertrag wurde gestern nach langen Verhandlungen unterschrieben.",
                    "On ne sait pas encore combien de personnes viendront \u00e0 la f\u00eate.",
                    "El museo abre todos los d\u00edas menos el lunes.");

    private final Streams streams;

    @CommandLine.Spec private CommandLine.Model.CommandSpec spec;
    @Mixin private ModelOption model;

    @Option(
            names = "--output",
            required = true,
            paramLabel = "DIR",
            description = "Where the smaller model goes.")
    private Path output;

    @Option(
            names = "--overwrite",
            description = "Write into a directory that holds other files than a model.")
    private boolean overwrite;

    @Option(
            names = "--keep-layers",
            paramLabel = "LAYERS",
            converter = LayerRange.Converter.class,
            description =
                    "Keep these layers, counted from 0, such as 0-5,11; they move together, so that"
                            + " 11 is then layer 6.")
    private @Nullable LayerRange keepLayers;

    @Option(
            names = "--drop-layers",
            paramLabel = "LAYERS",
            converter = LayerRange.Converter.class,
            description = "Keep all layers but these.")
    private @Nullable LayerRange dropLayers;

    @Option(
            names = "--vocabulary-from",
            paramLabel = "FILE",
            arity = "1..*",
            description =
                    "Keep the pieces that the texts of these files need: CSV, TSV or JSON Lines"
                            + " with --text-column, or plain lines; UTF-8.")
    private List<Path> vocabularyFrom = List.of();

    @Option(
            names = "--keep-characters",
            paramLabel = "none|scripts|all",
            description =
                    "Which pieces of one character stay besides, for words that the texts do not"
                            + " have: none, those of the scripts of the texts, or all. Default:"
                            + " scripts.")
    private @Nullable KeptCharacters keepCharacters;

    @Option(
            names = "--data",
            paramLabel = "FILE",
            description =
                    "Labelled texts, to say how good a classifier is before and after: CSV, TSV or"
                            + " JSON Lines, UTF-8.")
    private @Nullable Path data;

    @Mixin private LabelledInput labelled;

    @Option(names = "--json", description = "One JSON object instead of words and a table.")
    private boolean json;

    @Mixin private ComputeOptions compute;

    PruneCommand(Streams streams) {
        this.streams = streams;
    }

    @Override
    public void run() {
        refuseWrongOptions();
        Path source = model.directory(streams);
        List<Example> examples = data == null ? null : labelledTexts(source, data);
        try (Backend backend = compute.open(streams);
                ModelOutput target = ModelOutput.open(output, source, overwrite)) {
            Pruning.Result result = pruning(source).run(source, target.staging());
            ModelComparison comparison =
                    ModelComparison.of(
                            source,
                            target.staging(),
                            examples == null ? timed() : examples,
                            examples,
                            backend);
            target.publish();
            report(result, new ComparisonTable(comparison));
        }
    }

    private void refuseWrongOptions() {
        int kinds = keepLayers == null ? 0 : 1;
        kinds += dropLayers == null ? 0 : 1;
        kinds += vocabularyFrom.isEmpty() ? 0 : 1;
        if (kinds != 1) {
            throw new CommandLine.ParameterException(
                    spec.commandLine(),
                    "give one of --keep-layers, --drop-layers and --vocabulary-from");
        }
        if (keepCharacters != null && vocabularyFrom.isEmpty()) {
            throw new CommandException("--keep-characters is for --vocabulary-from");
        }
    }

    private Pruning pruning(Path source) {
        if (keepLayers != null) {
            return new LayerPruning(keepLayers.layers());
        }
        if (dropLayers != null) {
            return new LayerPruning(allLayersBut(source, dropLayers.layers()));
        }
        return new VocabularyPruning(
                () -> labelled.openTexts(vocabularyFrom),
                keepCharacters == null ? KeptCharacters.SCRIPTS : keepCharacters);
    }

    private static List<Integer> allLayersBut(Path source, List<Integer> dropped) {
        int layers = XlmRobertaConfig.read(source).numHiddenLayers();
        for (int layer : dropped) {
            if (layer >= layers) {
                throw new CommandException(
                        "--drop-layers: %s has no layer %d; expected 0 to %d"
                                .formatted(source, layer, layers - 1));
            }
        }
        List<Integer> kept =
                IntStream.range(0, layers)
                        .filter(layer -> !dropped.contains(layer))
                        .boxed()
                        .toList();
        if (kept.isEmpty()) {
            throw new CommandException("--drop-layers: no layer would be left");
        }
        return kept;
    }

    private List<Example> labelledTexts(Path source, Path file) {
        XlmRobertaConfig config = XlmRobertaConfig.read(source);
        if (Task.of(config).orElse(null) != Task.SEQUENCE_CLASSIFICATION
                || config.problem() != ProblemType.SINGLE_LABEL_CLASSIFICATION) {
            throw new CommandException(
                    "--data %s: %s is no classifier of one label a text; leave --data out, and use"
                                    .formatted(file, source)
                            + " evaluate with the smaller model");
        }
        return labelled.read(streams, file);
    }

    private List<Example> timed() {
        if (vocabularyFrom.isEmpty()) {
            return SENTENCES.stream().map(Example::of).toList();
        }
        List<Example> first = new ArrayList<>();
        try (FileTexts texts = labelled.openTexts(vocabularyFrom)) {
            while (texts.hasNext() && first.size() < ModelComparison.MOST_TIMED) {
                first.add(Example.of(texts.next()));
            }
        }
        return first;
    }

    private void report(Pruning.Result result, ComparisonTable table) {
        result.warnings().forEach(warning -> streams.warn(Printable.line(warning)));
        if (json) {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("output", output.toString());
            fields.put("done", result.done());
            if (result.segmentation() != null) {
                fields.put("texts", result.segmentation().texts());
                fields.put("texts_cut_otherwise", result.segmentation().changed());
            }
            fields.putAll(table.fields());
            Json.printLine(streams.out(), fields);
            return;
        }
        result.done().forEach(line -> streams.out().println(Printable.line(line)));
        streams.out().println();
        table.print(streams.out());
    }
}
