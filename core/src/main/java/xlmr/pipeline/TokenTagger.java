package xlmr.pipeline;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import xlmr.backend.Backend;
import xlmr.checkpoint.LoadReport;
import xlmr.data.EncodedExamples;
import xlmr.data.LabelSet;
import xlmr.data.TaggedSentence;
import xlmr.data.TextWords;
import xlmr.eval.EntityAggregation;
import xlmr.eval.EvaluationReport;
import xlmr.eval.Logits;
import xlmr.eval.TagScheme;
import xlmr.eval.TokenPredictions;
import xlmr.model.LoadedModel;
import xlmr.model.ModelLoader;
import xlmr.model.NamedHead;
import xlmr.model.Task;
import xlmr.model.TaskModel;
import xlmr.model.XlmRobertaConfig;
import xlmr.tokenizer.Encoding;
import xlmr.tokenizer.EncodingOptions;
import xlmr.tokenizer.XlmRobertaTokenizer;
import xlmr.train.Inference;

/// A fine-tuned tagger: text in, a tag for each word or the entities of the text out.
///
/// ```java
/// try (Backend backend = Backends.create(2).backend()) {
///     TokenTagger tagger = TokenTagger.load(Path.of("my-model"), backend);
///     String text = "Ada Lovelace lived in London.";
///     for (EntitySpan entity : tagger.entities(text).entities()) {
///         System.out.println(entity.label() + " " + entity.span().of(text));
///     }
/// }
/// ```
///
/// Texts of any length: one that is longer than the model is read in windows that overlap, and what
/// is said of a token is taken from the window that shows most of what is around it. Immutable; one
/// tagger serves many threads.
public final class TokenTagger {
    private static final EncodingOptions BARE = EncodingOptions.defaults().withSpecialTokens(false);

    private final Backend backend;
    private final TaskModel model;
    private final LabelSet labels;
    private final XlmRobertaTokenizer tokenizer;
    private final WordCutter cutter;
    private final LoadReport report;
    private final Inference inference;
    private final TokenWindows.Cut cut;
    private final @Nullable ModelCalibration calibration;

    private TokenTagger(
            Backend backend,
            TaskModel model,
            XlmRobertaTokenizer tokenizer,
            LoadReport report,
            Inference inference,
            TokenWindows.Cut cut) {
        this.backend = backend;
        this.model = model;
        this.labels = LabelSet.of(model.config().labels());
        this.tokenizer = tokenizer;
        this.cutter = new WordCutter(tokenizer);
        this.report = report;
        this.inference = inference;
        this.cut = cut;
        this.calibration = null;
    }

    private TokenTagger(
            TokenTagger other, TokenWindows.Cut cut, @Nullable ModelCalibration calibration) {
        this.backend = other.backend;
        this.model = other.model;
        this.labels = other.labels;
        this.tokenizer = other.tokenizer;
        this.cutter = other.cutter;
        this.report = other.report;
        this.inference = other.inference;
        this.cut = cut;
        this.calibration = calibration;
    }

    /// Opens a model directory with its own tokenizer; windows are as long as the model allows.
    public static TokenTagger load(Path directory, Backend backend) {
        return load(directory, backend, 0);
    }

    /// Opens a model directory with its own tokenizer. Windows overlap by a quarter.
    ///
    /// @param maxLength tokens of a window, `<s>` and `</s>` included; 0 or more than the model has
    ///   positions: as many as it has
    /// @throws IllegalArgumentException if `maxLength` leaves no room for a word
    public static TokenTagger load(Path directory, Backend backend, int maxLength) {
        return load(directory, null, backend, maxLength);
    }

    /// Opens a base model with a low-rank adapter in PEFT's files, which is merged into it.
    ///
    /// @param base directory of the model that the adapter was trained on
    /// @param adapter directory with `adapter_config.json`
    /// @param maxLength as in [#load(Path, Backend, int)]
    /// @throws xlmr.checkpoint.CheckpointException if the adapter does not fit the base, or is for
    ///   another task
    public static TokenTagger loadAdapted(Path base, Path adapter, Backend backend, int maxLength) {
        return load(base, adapter, backend, maxLength);
    }

    private static TokenTagger load(
            Path directory, @Nullable Path adapter, Backend backend, int maxLength) {
        XlmRobertaTokenizer tokenizer = XlmRobertaTokenizer.load(directory);
        return of(
                AdaptedModels.load(Task.TOKEN_CLASSIFICATION, directory, adapter),
                tokenizer,
                backend,
                maxLength);
    }

    /// Opens an encoder with a named head beside it.
    ///
    /// @param directory of the encoder
    /// @param head its name
    /// @param maxLength as in [#load(Path, Backend, int)]
    /// @throws xlmr.checkpoint.CheckpointException if it is missing, damaged or does not fit
    /// @throws IllegalArgumentException if it is for another task
    public static TokenTagger loadHead(
            Path directory, String head, Backend backend, int maxLength) {
        LoadedModel<TaskModel> loaded =
                NamedHead.load(
                        directory,
                        head,
                        ModelLoader.encoder(directory, ModelLoader.FROZEN).model());
        Task task = loaded.model().task();
        if (task != Task.TOKEN_CLASSIFICATION) {
            throw new IllegalArgumentException(
                    "tagger: the head '%s' is for %s".formatted(head, task.word()));
        }
        return of(loaded, XlmRobertaTokenizer.load(directory), backend, maxLength);
    }

    private static TokenTagger of(
            LoadedModel<TaskModel> loaded,
            XlmRobertaTokenizer tokenizer,
            Backend backend,
            int maxLength) {
        TaskModel model = loaded.model();
        int most = model.config().maxTokens();
        return new TokenTagger(
                backend,
                model,
                tokenizer,
                loaded.report(),
                new Inference(backend, model),
                cut(tokenizer, maxLength <= 0 ? most : Math.min(most, maxLength)));
    }

    /// The same with windows that share another number of tokens.
    ///
    /// @throws IllegalArgumentException if that is negative, or as much as a window holds
    public TokenTagger withOverlap(int tokens) {
        TokenWindows.Cut other =
                new TokenWindows.Cut(cut.maxLength(), tokens, cut.bosId(), cut.eosId());
        return new TokenTagger(this, other, calibration);
    }

    /// The same with scores as a calibration says; which tag a word gets stays as it is.
    ///
    /// @param value as [ModelCalibration#find] gives it for a model's directory
    /// @throws IllegalArgumentException if it was made for other weights
    public TokenTagger withCalibration(ModelCalibration value) {
        value.requireFit(model);
        return new TokenTagger(this, cut, value);
    }

    /// Windows that overlap by a quarter.
    static TokenWindows.Cut cut(XlmRobertaTokenizer tokenizer, int maxLength) {
        return new TokenWindows.Cut(maxLength, maxLength / 4, tokenizer.bosId(), tokenizer.eosId());
    }

    /// The words of one text with their tags.
    public TagPrediction tag(String text) {
        return tagTexts(List.of(text), done -> {}).getFirst();
    }

    /// The words of many texts with their tags. Words are letters and digits together, punctuation
    /// for itself; where a script has no spaces, the tokenizer's pieces.
    ///
    /// @param progress is told the number of texts done
    public List<TagPrediction> tagTexts(List<String> texts, IntConsumer progress) {
        List<TaggedSentence> sentences = new ArrayList<>();
        texts.forEach(text -> sentence(text).ifPresent(sentences::add));
        Iterator<TagPrediction> tagged = tagWords(sentences, progress).iterator();
        List<TagPrediction> predictions = new ArrayList<>(texts.size());
        for (String text : texts) {
            boolean hasWords = !TextWords.spans(text).isEmpty();
            predictions.add(hasWords ? tagged.next() : new TagPrediction(text, List.of(), 0));
        }
        return predictions;
    }

    /// A text cut into words; empty if it has none.
    Optional<TaggedSentence> sentence(String text) {
        return cutter.sentence(text);
    }

    /// Tags for sentences that are already cut into words; tags that they have are not looked at.
    ///
    /// @param progress is told the number of sentences done
    public List<TagPrediction> tagWords(List<TaggedSentence> sentences, IntConsumer progress) {
        WordPieces pieces =
                WordPieces.of(TokenClassificationTraining.words(sentences), tokenizer, cut);
        float[][] logits = logits(pieces.windows(), progress);
        List<TagPrediction> predictions = new ArrayList<>(sentences.size());
        for (int s = 0; s < sentences.size(); s++) {
            TaggedSentence sentence = sentences.get(s);
            List<TaggedWord> words = new ArrayList<>(sentence.size());
            for (int w = 0; w < sentence.size(); w++) {
                double[] scores = Logits.softmax(pieces.row(logits, s, w, labels.size()));
                int best = Logits.argmax(scores);
                words.add(
                        new TaggedWord(
                                sentence.words().get(w),
                                labels.name(best),
                                scores[best],
                                sentence.spans().get(w)));
            }
            int windows = pieces.windows().texts().get(s).windows();
            predictions.add(new TagPrediction(sentence.text(), words, windows));
        }
        return predictions;
    }

    /// The entities of one text, made of the tags of its words.
    public EntityPrediction entities(String text) {
        return tag(text).entities();
    }

    /// The entities of many texts, made of the tags of their words: what a model is best at that
    /// learned words by their first pieces.
    ///
    /// @param progress is told the number of texts done
    public List<EntityPrediction> entities(List<String> texts, IntConsumer progress) {
        return tagTexts(texts, progress).stream().map(TagPrediction::entities).toList();
    }

    /// The entities of many texts, made of the tags of pieces as Hugging Face's pipeline does: the
    /// model reads the texts as they are, not cut into words first.
    ///
    /// @param aggregation how tokens become entities
    /// @param progress is told the number of texts done
    public List<EntityPrediction> entities(
            List<String> texts, EntityAggregation aggregation, IntConsumer progress) {
        TokenWindows.Builder builder = new TokenWindows.Builder(cut);
        List<Encoding> encodings = new ArrayList<>(texts.size());
        for (String text : texts) {
            Encoding encoding = tokenizer.encode(text, BARE);
            boolean[] wanted = new boolean[encoding.length()];
            Arrays.fill(wanted, true);
            encodings.add(encoding);
            builder.add(encoding.ids(), wanted);
        }
        TokenWindows windows = builder.build();
        float[][] logits = logits(windows, progress);
        List<EntityPrediction> predictions = new ArrayList<>(texts.size());
        for (int i = 0; i < texts.size(); i++) {
            TokenPredictions tokens =
                    PieceProbabilities.of(
                            texts.get(i),
                            encodings.get(i),
                            windows,
                            logits,
                            i,
                            labels.size(),
                            tokenizer.unkId());
            predictions.add(
                    new EntityPrediction(
                            texts.get(i),
                            aggregation.entities(tokens, labels.names()),
                            windows.texts().get(i).windows()));
        }
        return predictions;
    }

    /// How well it does on tagged sentences. A tag that the model does not know counts as wrong.
    ///
    /// @param scheme to read entities by strictly; null: leniently, as seqeval does by default
    /// @throws xlmr.data.DataException if a sentence has no tags, or none of all tags is one of the
    ///   model's
    public EvaluationReport evaluate(
            List<TaggedSentence> sentences, @Nullable TagScheme scheme, IntConsumer progress) {
        List<Integer> all = IntStream.range(0, sentences.size()).boxed().toList();
        return judge(sentences, scheme, progress).apply(all);
    }

    /// Reads tagged sentences once, to judge any of them afterwards: all, or group by group.
    ///
    /// @return the report of some of the sentences, by their places
    /// @throws xlmr.data.DataException as [#evaluate]
    public Function<List<Integer>, EvaluationReport> judge(
            List<TaggedSentence> sentences, @Nullable TagScheme scheme, IntConsumer progress) {
        TagJudgement judgement = new TagJudgement(sentences, labels, scheme);
        WordPieces pieces =
                WordPieces.of(TokenClassificationTraining.words(sentences), tokenizer, cut);
        float[][] logits = logits(pieces.windows(), progress);
        return rows -> judgement.report(pieces, logits, rows);
    }

    /// Whether the tags mark entities, as `B-PER` does, or stand for themselves, as `NOUN` does.
    public boolean marksEntities() {
        return TagScheme.areEntityTags(labels.names());
    }

    /// The configuration, which also holds the tags.
    public XlmRobertaConfig config() {
        return model.config();
    }

    ExplainedModel explained() {
        return new ExplainedModel(backend, model, tokenizer, inference);
    }

    TokenWindows.Cut cut() {
        return cut;
    }

    double temperature() {
        return calibration == null ? 1 : calibration.temperature();
    }

    /// The network.
    public TaskModel model() {
        return model;
    }

    /// What became of the checkpoint's arrays: a head reported as new has not been trained.
    public LoadReport report() {
        return report;
    }

    /// Rows of numbers with their right tags.
    ///
    /// @param rows `[W][K]` before temperature and softmax
    /// @param tags `[W]`
    record Labelled(double[][] rows, int[] tags) {}

    /// What it says of each word that has a tag of the model's.
    ///
    /// @throws xlmr.data.DataException as [#evaluate]
    Labelled labelled(List<TaggedSentence> sentences, IntConsumer progress) {
        new TagJudgement(sentences, labels, null); // refused before the work
        WordPieces pieces =
                WordPieces.of(TokenClassificationTraining.words(sentences), tokenizer, cut);
        float[][] logits = rawLogits(pieces.windows(), progress);
        List<double[]> rows = new ArrayList<>();
        List<Integer> tags = new ArrayList<>();
        for (int s = 0; s < sentences.size(); s++) {
            for (int w = 0; w < sentences.get(s).size(); w++) {
                OptionalInt tag = labels.find(sentences.get(s).tags().get(w));
                if (tag.isPresent()) {
                    rows.add(pieces.row(logits, s, w, labels.size()));
                    tags.add(tag.getAsInt());
                }
            }
        }
        return new Labelled(
                rows.toArray(double[][]::new), tags.stream().mapToInt(Integer::intValue).toArray());
    }

    /// Divided by the temperature if there is one: only probabilities are made of them.
    private float[][] logits(TokenWindows windows, IntConsumer progress) {
        float[][] logits = rawLogits(windows, progress);
        if (calibration != null) {
            for (float[] sequence : logits) {
                for (int i = 0; i < sequence.length; i++) {
                    sequence[i] = (float) (sequence[i] / temperature());
                }
            }
        }
        return logits;
    }

    private float[][] rawLogits(TokenWindows windows, IntConsumer progress) {
        int texts = windows.texts().size();
        return inference.logits(
                new EncodedExamples(windows.sequences(), null),
                done -> progress.accept(Math.min(done, texts)));
    }
}
