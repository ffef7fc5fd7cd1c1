package xlmr.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import xlmr.data.AnswerFile;
import xlmr.data.DataWarning;
import xlmr.data.Example;
import xlmr.data.RecordCursor;
import xlmr.data.TaggedFormat;
import xlmr.data.TaggedOptions;
import xlmr.data.TaggedReader;
import xlmr.data.TaggedSentence;
import xlmr.data.TaggedWarnings;
import xlmr.eval.EntityAggregation;
import xlmr.eval.EvaluationReport;
import xlmr.eval.PairedAnswers;
import xlmr.eval.TagScheme;
import xlmr.model.Task;
import xlmr.pipeline.CalibrationFitting;
import xlmr.pipeline.Explanation;
import xlmr.pipeline.ExplanationSettings;
import xlmr.pipeline.TagExplainer;
import xlmr.pipeline.TaggedWord;
import xlmr.pipeline.TokenClassificationTraining;
import xlmr.pipeline.TokenTagger;
import xlmr.pipeline.TrainingTask;

/// `train`, `evaluate` and `predict` for token classification.
@Command
final class TaggingRunner implements TaskRunner {
    private static final Path STANDARD_INPUT = Path.of("-");
    private static final String FILES =
            "files of tagged words, which have --tag-format, --word-column and --tag-column";

    /// What `predict` makes of a model's probabilities.
    private enum Output {
        TAGS,
        WORDS,
        NONE,
        SIMPLE,
        FIRST,
        AVERAGE,
        MAX
    }

    /// The formats by the names that users type.
    private enum Format {
        COLUMNS(TaggedFormat.COLUMNS),
        CONLLU(TaggedFormat.CONLL_U),
        JSONL(TaggedFormat.JSON_LINES);

        private final TaggedFormat format;

        Format(TaggedFormat format) {
            this.format = format;
        }
    }

    @Option(
            names = "--tag-format",
            paramLabel = "FORMAT",
            description =
                    "token-classification: columns (one word a line, as CoNLL-2003), conllu or"
                            + " jsonl. Default: by the ending of the file's name, else by its first"
                            + " lines. predict reads plain texts, unless this is given or the file"
                            + " ends in .conllu or .iob2.")
    private @Nullable Format format;

    @Option(
            names = "--word-column",
            paramLabel = "NAME",
            description =
                    "token-classification: where the words are. Default: column 1, FORM of CoNLL-U,"
                            + " the field tokens.")
    private @Nullable String wordColumn;

    @Option(
            names = "--tag-column",
            paramLabel = "NAME",
            description =
                    "token-classification: where the tags are. Default: the last column, UPOS of"
                            + " CoNLL-U (also XPOS, FEATS:Key, MISC:Key), the field tags.")
    private @Nullable String tagColumn;

    @Option(
            names = "--tag-scheme",
            paramLabel = "SCHEME",
            description =
                    "token-classification, evaluate: count entities only if they keep to IOB1,"
                            + " IOB2, IOE2, IOBES or BILOU. Default: anything that looks like an"
                            + " entity.")
    private @Nullable TagScheme scheme;

    @Option(
            names = "--aggregation",
            paramLabel = "HOW",
            description =
                    "token-classification, predict: tags gives each word its tag, words joins the"
                            + " tags of words to entities. simple, first, average and max join the"
                            + " tags of pieces to entities as Hugging Face's pipeline does, none"
                            + " gives single pieces. Default: words if the tags are such as B-PER"
                            + " and I-PER, else tags.")
    private @Nullable Output aggregation;

    private WindowOption windows = new WindowOption();

    /// The same with this setting of windows.
    TaggingRunner within(WindowOption option) {
        windows = option;
        return this;
    }

    @Override
    public TrainingTask training(
            Streams streams, LabelledInput labelled, Path train, @Nullable Path validation) {
        labelled.refuseFor(FILES);
        List<TaggedSentence> training = read(streams, train);
        List<TaggedSentence> judged = validation == null ? List.of() : read(streams, validation);
        TokenClassificationTraining task = TokenClassificationTraining.of(training, judged);
        for (DataWarning warning : TaggedWarnings.of(training, judged)) {
            streams.warn(warning.sentence());
        }
        return task;
    }

    @Override
    public void evaluate(
            Call call,
            LabelledInput labelled,
            Path input,
            @Nullable String groupBy,
            EvaluationOutput output) {
        labelled.refuseFor(FILES);
        List<TaggedSentence> sentences =
                read(call.streams(), input, TaggedOptions.tagged().withGroupField(groupBy));
        TokenTagger tagger = open(call);
        Function<List<Integer>, EvaluationReport> judge;
        try (Progress progress = Progress.over(call.streams(), "evaluate", sentences.size())) {
            judge = tagger.judge(sentences, scheme, progress::to);
        }
        output.show(
                judge,
                groupBy,
                sentences.stream().map(TaggedSentence::group).toList(),
                row -> sentences.get(row).text());
        TreeSet<String> unknown = new TreeSet<>();
        sentences.forEach(sentence -> unknown.addAll(sentence.tags()));
        unknown.removeAll(tagger.config().labels());
        if (!unknown.isEmpty()) {
            call.streams()
                    .warn(
                            "tags that the model does not know, and so gets wrong: %s"
                                    .formatted(String.join(", ", unknown)));
        }
    }

    @Override
    public ComparedTexts compare(ComparedModels models, LabelledInput labelled, Path input) {
        labelled.refuseFor(FILES);
        List<TaggedSentence> sentences = read(models.streams(), input);
        List<Boolean> entities = new ArrayList<>();
        List<List<List<String>>> said =
                models.each(
                        call -> {
                            TokenTagger tagger = open(call);
                            entities.add(scheme != null || tagger.marksEntities());
                            return tags(call.streams(), tagger, sentences);
                        });
        if (!entities.getFirst().equals(entities.getLast())) {
            throw new CommandException(
                    "compare: the tags of one model mark entities, those of the other do not");
        }
        return compared(sentences, said.getFirst(), said.getLast(), entities.getFirst());
    }

    @Override
    public ComparedTexts compareAnswers(
            Streams streams, LabelledInput labelled, Path input, Path first, Path second) {
        labelled.refuseFor(FILES);
        List<TaggedSentence> sentences = read(streams, input);
        Set<String> tags = new TreeSet<>();
        sentences.forEach(sentence -> tags.addAll(sentence.tags()));
        return compared(
                sentences,
                AnswerFile.tags(first, sentences),
                AnswerFile.tags(second, sentences),
                scheme != null || TagScheme.areEntityTags(tags));
    }

    private ComparedTexts compared(
            List<TaggedSentence> sentences,
            List<List<String>> first,
            List<List<String>> second,
            boolean entities) {
        return new ComparedTexts(
                new PairedAnswers.Tags(
                        sentences.stream().map(TaggedSentence::words).toList(),
                        sentences.stream().map(TaggedSentence::tags).toList(),
                        first,
                        second,
                        entities,
                        scheme),
                row -> sentences.get(row).text());
    }

    private static List<List<String>> tags(
            Streams streams, TokenTagger tagger, List<TaggedSentence> sentences) {
        try (Progress progress = Progress.over(streams, "predict", sentences.size())) {
            return tagger.tagWords(sentences, progress::to).stream()
                    .map(tagged -> tagged.words().stream().map(TaggedWord::tag).toList())
                    .toList();
        }
    }

    @Override
    public Calibrated calibrate(Call call, LabelledInput labelled, List<Path> inputs) {
        labelled.refuseFor(FILES);
        List<TaggedSentence> sentences = new ArrayList<>();
        inputs.forEach(file -> sentences.addAll(read(call.streams(), file)));
        TokenTagger tagger = open(call);
        try (Progress progress = Progress.over(call.streams(), "calibrate", sentences.size())) {
            return new Calibrated(
                    CalibrationFitting.fit(tagger, sentences, progress::to), tagger.model());
        }
    }

    @Override
    public void explain(
            Call call,
            TextInput input,
            ExplanationSettings settings,
            ExplainRequest request,
            ExplanationSink sink)
            throws IOException {
        if (isTagged(input)) {
            throw new CommandException(
                    "explain: takes plain texts, not a file of words such as this");
        }
        TagExplainer explainer = TagExplainer.of(open(call)).with(settings);
        try (TextInput.Texts texts = input.open(call.streams(), false)) {
            List<Example> next = texts.next(1);
            while (!next.isEmpty()) {
                Example text = next.getFirst();
                if (text.textPair() != null) {
                    throw text.problem("has two texts; token classification takes one");
                }
                sink.accept(explained(explainer, text, request));
                next = texts.next(1);
            }
        }
    }

    /// Says where in a file a text has no such word.
    private static Explanation explained(
            TagExplainer explainer, Example text, ExplainRequest request) {
        try {
            return explainer.explain(text.text(), request.word(), request.label());
        } catch (IllegalArgumentException e) {
            throw text.problem(String.valueOf(e.getMessage()));
        }
    }

    @Override
    public void predict(Call call, TextInput input, @Nullable Path output) {
        TokenTagger tagger = open(call);
        Output wanted = aggregation;
        if (wanted == null) {
            wanted = tagger.marksEntities() ? Output.WORDS : Output.TAGS;
        }
        if (wanted == Output.WORDS && !tagger.marksEntities()) {
            throw new CommandException(
                    "--aggregation words: the model's tags (%s) mark no entities; give tags"
                            .formatted(String.join(", ", tagger.config().labels())));
        }
        TaggedTexts writer = new TaggedTexts(call, tagger, output);
        if (isTagged(input)) {
            try (RecordCursor<TaggedSentence> sentences = untagged(call.streams(), input)) {
                switch (wanted) {
                    case TAGS -> writer.tags(sentences);
                    case WORDS -> writer.entities(sentences);
                    case NONE, SIMPLE, FIRST, AVERAGE, MAX ->
                            throw new CommandException(
                                    ("--aggregation %s: joins pieces of texts that are not cut into"
                                                    + " words; give tags or words")
                                            .formatted(wanted.name().toLowerCase(Locale.ROOT)));
                }
            }
            return;
        }
        if (wordColumn != null) {
            throw new CommandException(
                    "--word-column: is for files of words; give --tag-format, too");
        }
        try (TextInput.Texts texts = input.open(call.streams(), false)) {
            boolean oneByOne = input.isStandardInput() && call.streams().outIsTerminal();
            switch (wanted) {
                case TAGS -> writer.tags(texts, oneByOne);
                case WORDS -> writer.entities(texts, oneByOne, tagger::entities);
                case NONE, SIMPLE, FIRST, AVERAGE, MAX -> {
                    EntityAggregation how =
                            EntityAggregation.of(EntityAggregation.Strategy.valueOf(wanted.name()));
                    writer.entities(
                            texts,
                            oneByOne,
                            (some, progress) -> tagger.entities(some, how, progress));
                }
            }
        }
    }

    /// Whether the input is a file of words, not of texts.
    private boolean isTagged(TextInput input) {
        if (!input.arguments().isEmpty()) {
            return false;
        }
        Path file = input.file();
        return format != null
                || file != null
                        && TaggedFormat.ofName(file.toString())
                                .filter(promised -> promised != TaggedFormat.JSON_LINES)
                                .isPresent();
    }

    private List<TaggedSentence> read(Streams streams, Path file) {
        return read(streams, file, TaggedOptions.tagged());
    }

    private List<TaggedSentence> read(Streams streams, Path file, TaggedOptions options) {
        TaggedReader reader = reader(options);
        return file.equals(STANDARD_INPUT)
                ? reader.readAll(streams.in(), "standard input")
                : reader.readAll(file);
    }

    private RecordCursor<TaggedSentence> untagged(Streams streams, TextInput input) {
        TaggedReader reader = reader(TaggedOptions.untagged());
        Path file = input.file();
        return file == null || file.equals(STANDARD_INPUT)
                ? reader.open(streams.in(), "standard input")
                : reader.open(file);
    }

    private TaggedReader reader(TaggedOptions options) {
        return new TaggedReader(
                options.withFormat(format == null ? null : format.format)
                        .withColumns(wordColumn, tagColumn));
    }

    /// Opens the tagger. One whose head was never trained would answer at random, so it is refused.
    private TokenTagger open(Call call) {
        TokenTagger read = load(call);
        TrainedHead.require(read.report(), call.home(), Task.TOKEN_CLASSIFICATION);
        OptionalInt stride = windows.stride();
        TokenTagger tagger;
        try {
            tagger = stride.isEmpty() ? read : read.withOverlap(stride.getAsInt());
        } catch (IllegalArgumentException e) {
            throw new CommandException("--stride: " + e.getMessage());
        }
        return call.calibration()
                .over(call.streams(), tagger.model(), call.home(), tagger, tagger::withCalibration);
    }

    private static TokenTagger load(Call call) {
        String head = call.head();
        if (head != null) {
            TokenTagger tagger =
                    TokenTagger.loadHead(call.directory(), head, call.backend(), call.maxLength());
            tagger.report().warnings().forEach(call.streams()::warn);
            return tagger;
        }
        Path adapter = call.adapter();
        return adapter == null
                ? TokenTagger.load(call.directory(), call.backend(), call.maxLength())
                : TokenTagger.loadAdapted(
                        call.directory(), adapter, call.backend(), call.maxLength());
    }
}
