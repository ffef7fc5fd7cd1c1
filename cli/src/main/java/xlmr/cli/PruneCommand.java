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
import xlmr.model.XlmRobertaConfig;
import xlmr.pipeline.HeadPruning;
import xlmr.pipeline.LayerPruning;
import xlmr.pipeline.ModelComparison;
import xlmr.pipeline.Pruning;
import xlmr.pipeline.VocabularyPruning;
import xlmr.tokenizer.KeptCharacters;
import xlmr.train.HeadImportance;

/// Makes a smaller model by leaving parts out.
@Command(
        name = "prune",
        customSynopsis =
                "xlmr prune [OPTIONS] --model=DIR --output=DIR (--keep-layers=LAYERS |"
                        + " --drop-layers=LAYERS | --heads=SHARE|HEADS | --vocabulary-from=FILE...)",
        description = {
            "Make a smaller model by leaving a part out: layers of the encoder, attention heads, or"
                    + " the pieces of the vocabulary that your texts do not need. The result is an"
                    + " ordinary model directory. A table says what it costs before and after, and"
                    + " with labelled texts how good it is.",
            "",
            "One kind at a time: prune the result again for another."
        },
        footer = {
            "",
            "Examples:",
            "  xlmr prune --model my-model --keep-layers 0-5,11 --output small --data test.tsv"
                    + " --label-column category",
            "  xlmr prune --model my-model --heads 0.25 --output small --data valid.tsv"
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
            names = "--heads",
            paramLabel = "SHARE|HEADS",
            converter = HeadChoice.Converter.class,
            description =
                    "Take attention heads out. A share such as 0.25: the quarter of all heads that"
                            + " matters least to the loss on --data; one of each layer stays. Or heads"
                            + " by layer, both counted from 0: 0:1+5,3:2 are heads 1 and 5 of layer 0"
                            + " and head 2 of layer 3.")
    private @Nullable HeadChoice heads;

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
                    "Labelled texts, to say how good a classifier is before and after, and which"
                            + " heads matter (--heads 0.25; a language model takes plain texts): CSV,"
                            + " TSV or JSON Lines, UTF-8.")
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
        PruneData read =
                data == null
                        ? null
                        : PruneData.read(streams, source, data, labelled, isShare(heads));
        try (Backend backend = compute.open(streams);
                ModelOutput target = ModelOutput.open(output, source, overwrite)) {
            HeadTable table = importance(source, read, backend);
            Pruning.Result result = pruning(source, table).run(source, target.staging());
            ModelComparison comparison =
                    ModelComparison.of(
                            source,
                            target.staging(),
                            read == null ? timed() : read.texts(),
                            read != null && read.judged() ? read.texts() : null,
                            backend);
            target.publish();
            report(result, table, new ComparisonTable(comparison));
        }
    }

    private void refuseWrongOptions() {
        int kinds = keepLayers == null ? 0 : 1;
        kinds += dropLayers == null ? 0 : 1;
        kinds += heads == null ? 0 : 1;
        kinds += vocabularyFrom.isEmpty() ? 0 : 1;
        if (kinds != 1) {
            throw new CommandLine.ParameterException(
                    spec.commandLine(),
                    "give one of --keep-layers, --drop-layers, --heads and --vocabulary-from; the"
                            + " result can be pruned again");
        }
        if (isShare(heads) && data == null) {
            throw new CommandException(
                    "--heads with a share needs --data FILE: labelled texts, whose loss tells which"
                            + " heads matter");
        }
        if (keepCharacters != null && vocabularyFrom.isEmpty()) {
            throw new CommandException("--keep-characters is for --vocabulary-from");
        }
    }

    private static boolean isShare(@Nullable HeadChoice heads) {
        return heads != null && heads.named() == null;
    }

    /// Which heads matter, where that decides which ones go.
    private @Nullable HeadTable importance(Path source, @Nullable PruneData read, Backend backend) {
        if (heads == null || heads.named() != null || read == null) {
            return null;
        }
        HeadImportance importance;
        try (Progress progress =
                Progress.over(streams, "importance of heads", read.texts().size())) {
            importance = HeadPruning.importance(source, read.task(), backend, progress::to);
        }
        return new HeadTable(importance, importance.leastImportant(heads.share()));
    }

    private Pruning pruning(Path source, @Nullable HeadTable table) {
        if (table != null) {
            return new HeadPruning(table.gone());
        }
        if (heads != null && heads.named() != null) {
            return new HeadPruning(heads.named());
        }
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

    private void report(
            Pruning.Result result, @Nullable HeadTable importance, ComparisonTable table) {
        result.warnings().forEach(warning -> streams.warn(Printable.line(warning)));
        if (json) {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("output", output.toString());
            fields.put("done", result.done());
            if (result.segmentation() != null) {
                fields.put("texts", result.segmentation().texts());
                fields.put("texts_cut_otherwise", result.segmentation().changed());
            }
            if (importance != null) {
                fields.putAll(importance.fields());
            }
            fields.putAll(table.fields());
            Json.printLine(streams.out(), fields);
            return;
        }
        result.done().forEach(line -> streams.out().println(Printable.line(line)));
        streams.out().println();
        if (importance != null) {
            importance.print(streams.out());
            streams.out().println();
        }
        table.print(streams.out());
    }
}
