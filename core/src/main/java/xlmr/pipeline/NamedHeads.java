package xlmr.pipeline;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.IntConsumer;
import xlmr.autograd.Parameter;
import xlmr.backend.Backend;
import xlmr.data.EncodedExamples;
import xlmr.data.Example;
import xlmr.model.EncoderLayer;
import xlmr.model.LoadedModel;
import xlmr.model.ModelLoader;
import xlmr.model.NamedHead;
import xlmr.model.Task;
import xlmr.model.TaskModel;
import xlmr.model.XlmRobertaModel;
import xlmr.tokenizer.Encoding;
import xlmr.tokenizer.XlmRobertaTokenizer;
import xlmr.train.JointInference;

/// Several classifiers of texts over one encoder: its weights are in memory once, and a text runs
/// through it once for all heads; once more for each adapter that heads have, which changes the
/// encoder.
///
/// ```java
/// NamedHeads heads = NamedHeads.load(model, List.of("topic", "sentiment"), backend, 0);
/// Map<String, Prediction> answers = heads.predict("Das war ein guter Tag.");
/// answers.get("topic").label();
/// ```
///
/// A head comes there by [FineTuning] with [SavedForm#HEAD] and [NamedHead#place] as its output.
/// Immutable; one object serves many threads.
public final class NamedHeads {
    private final Backend backend;
    private final SequencedMap<String, TextClassifier> classifiers;

    private NamedHeads(Backend backend, SequencedMap<String, TextClassifier> classifiers) {
        this.backend = backend;
        this.classifiers = classifiers;
    }

    /// Opens a model's encoder with some of the heads beside it.
    ///
    /// @param names of the heads, at least one
    /// @param maxLength tokens of the longest text; 0 for as many as the model has positions
    /// @throws xlmr.checkpoint.CheckpointException if one is missing, damaged or does not fit
    public static NamedHeads load(
            Path model, Collection<String> names, Backend backend, int maxLength) {
        if (names.isEmpty()) {
            throw new IllegalArgumentException("named heads: expected at least one name");
        }
        XlmRobertaModel encoder = ModelLoader.encoder(model, ModelLoader.FROZEN).model();
        XlmRobertaTokenizer tokenizer = XlmRobertaTokenizer.load(model);
        SequencedMap<String, TextClassifier> classifiers = new LinkedHashMap<>();
        Set<Parameter> prepared = Collections.newSetFromMap(new IdentityHashMap<>());
        for (String name : names) {
            LoadedModel<TaskModel> own = NamedHead.load(model, name, encoder);
            if (own.model().task() != Task.SEQUENCE_CLASSIFICATION) {
                throw new IllegalArgumentException(
                        "named heads: '%s' is for %s, and not asked together with others; open it with TokenTagger.loadHead"
                                .formatted(name, own.model().task().word()));
            }
            List<TaskModel> others =
                    classifiers.values().stream().map(TextClassifier::model).toList();
            LoadedModel<TaskModel> loaded =
                    new LoadedModel<>(NamedHead.sharing(own.model(), others), own.report());
            loaded.model().linearWeights().stream()
                    .filter(prepared::add)
                    .forEach(weight -> backend.prepare(weight.value()));
            classifiers.put(name, new TextClassifier(backend, loaded, tokenizer, maxLength));
        }
        return new NamedHeads(backend, classifiers);
    }

    /// The classifier of one head, which is used like any other.
    ///
    /// @throws IllegalArgumentException if the head was not opened
    public TextClassifier classifier(String name) {
        TextClassifier classifier = classifiers.get(name);
        if (classifier == null) {
            throw new IllegalArgumentException(
                    "named heads: no '%s' among %s".formatted(name, classifiers.keySet()));
        }
        return classifier;
    }

    /// The same with another classifier in place of one, such as this one with a calibration.
    ///
    /// @param classifier that reads texts as the other does
    public NamedHeads with(String name, TextClassifier classifier) {
        SequencedMap<String, TextClassifier> changed = new LinkedHashMap<>(classifiers);
        changed.put(name, classifier);
        return new NamedHeads(backend, changed);
    }

    /// What was odd about the heads, one line each.
    public List<String> warnings() {
        return classifiers.values().stream()
                .flatMap(classifier -> classifier.report().warnings().stream())
                .distinct()
                .toList();
    }

    /// What one text is to each head, in the order of the names.
    public SequencedMap<String, Prediction> predict(String text) {
        return predictAll(List.of(Example.of(text)), done -> {}).getFirst();
    }

    /// What many texts or pairs are to each head, in their order. Texts that are too long are cut.
    ///
    /// @param progress is told the number of texts done in each pass
    public List<SequencedMap<String, Prediction>> predictAll(
            List<Example> examples, IntConsumer progress) {
        List<Encoding> encodings = classifiers.firstEntry().getValue().encode(examples);
        EncodedExamples encoded =
                new EncodedExamples(encodings.stream().map(Encoding::ids).toList(), null);
        List<SequencedMap<String, Prediction>> results = new ArrayList<>();
        Map<String, float[][]> logits = logits(encoded, progress);
        for (int b = 0; b < examples.size(); b++) {
            SequencedMap<String, Prediction> answers = new LinkedHashMap<>();
            for (Map.Entry<String, TextClassifier> head : classifiers.entrySet()) {
                float[][] rows = logits.get(head.getKey());
                assert rows != null : head.getKey();
                answers.put(
                        head.getKey(),
                        head.getValue().prediction(examples.get(b), encodings.get(b), rows[b]));
            }
            results.add(Collections.unmodifiableSequencedMap(answers));
        }
        return results;
    }

    /// `[M][K]` by head, with one pass for all heads whose encoder is the same.
    private Map<String, float[][]> logits(EncodedExamples examples, IntConsumer progress) {
        Map<List<EncoderLayer>, List<String>> passes = new LinkedHashMap<>();
        classifiers.forEach(
                (name, classifier) ->
                        passes.computeIfAbsent(
                                        classifier.model().encoder().layers(),
                                        first -> new ArrayList<>())
                                .add(name));
        Map<String, float[][]> logits = new LinkedHashMap<>();
        for (List<String> names : passes.values()) {
            List<TaskModel> models =
                    names.stream().map(this::classifier).map(TextClassifier::model).toList();
            List<float[][]> results =
                    new JointInference(
                                    backend,
                                    models.getFirst().encoder(),
                                    models.stream().map(TaskModel::head).toList())
                            .logits(examples, progress);
            for (int i = 0; i < names.size(); i++) {
                logits.put(names.get(i), results.get(i));
            }
        }
        return logits;
    }
}
