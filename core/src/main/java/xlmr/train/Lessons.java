package xlmr.train;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import xlmr.autograd.Parameter;
import xlmr.data.BatchOrder;
import xlmr.data.EncodedExamples;
import xlmr.data.JointExamples;
import xlmr.data.TrainingExamples;
import xlmr.eval.EvaluationReport;
import xlmr.eval.JointReport;
import xlmr.model.TaskModel;
import xlmr.model.XlmRobertaConfig;
import xlmr.model.XlmRobertaModel;

/// All that one run trains: an encoder and the heads on it, each with its examples. Gradients of
/// the encoder come from all heads (Caruana 1997: hard parameter sharing), those of a head from its
/// own examples.
public final class Lessons {
    private final List<Lesson> all;
    private final List<Lesson> learning;
    private final JointExamples training;
    private final BatchOrder order;
    private final ScoreMetric metric;

    /// Several heads that train together.
    ///
    /// @param all with models on the same encoder and names of their own
    /// @param mixing how often each has its turn
    /// @param options of the run
    /// @throws IllegalArgumentException if two have the same name or other encoders, or none trains
    public Lessons(List<Lesson> all, Mixing mixing, TrainingOptions options) {
        this(all, mixing, options.metric(), options.seed());
    }

    private Lessons(List<Lesson> all, Mixing mixing, ScoreMetric metric, long seed) {
        this.all = List.copyOf(all);
        this.learning = all.stream().filter(lesson -> lesson.weight() > 0).toList();
        this.metric = metric;
        if (learning.isEmpty()) {
            throw new IllegalArgumentException(
                    "heads: expected at least one with a weight above 0, so that something trains");
        }
        Set<String> names = new HashSet<>();
        for (Lesson lesson : all) {
            if (!names.add(lesson.name())) {
                throw new IllegalArgumentException(
                        "heads: expected a name for each, found '%s' twice"
                                .formatted(lesson.name()));
            }
            if (!lesson.model().encoder().parameters().equals(encoder().parameters())) {
                throw new IllegalArgumentException(
                        "heads: expected one encoder for all, '%s' has another"
                                .formatted(lesson.name()));
            }
        }
        training = new JointExamples(learning.stream().map(Lesson::training).toList());
        List<BatchOrder.Part> parts =
                learning.stream()
                        .map(one -> new BatchOrder.Part(one.order(), one.training().size()))
                        .toList();
        order = parts.size() == 1 ? parts.getFirst().order() : mixing.order(parts, seed);
    }

    /// A single head.
    static Lessons of(Lesson lesson) {
        return new Lessons(List.of(lesson), Mixing.PROPORTIONAL, ScoreMetric.USUAL, 0);
    }

    /// The same with other models, such as those of another device.
    ///
    /// @param models of all heads, in their order
    Lessons onto(List<TaskModel> models) {
        List<Lesson> moved = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            moved.add(all.get(i).onto(models.get(i)));
        }
        return new Lessons(moved, training, order, metric);
    }

    private Lessons(
            List<Lesson> all, JointExamples training, BatchOrder order, ScoreMetric metric) {
        this.all = List.copyOf(all);
        this.learning = all.stream().filter(lesson -> lesson.weight() > 0).toList();
        this.training = training;
        this.order = order;
        this.metric = metric;
    }

    /// All heads, in their order.
    List<Lesson> all() {
        return all;
    }

    /// The heads that train, in the order of their examples.
    List<Lesson> learning() {
        return learning;
    }

    /// The encoder of all heads.
    XlmRobertaModel encoder() {
        return all.getFirst().model().encoder();
    }

    /// The configuration of the encoder; labels are those of the first head.
    XlmRobertaConfig config() {
        return encoder().config();
    }

    /// Weights of the encoder, then of each head that trains.
    List<Parameter> parameters() {
        List<Parameter> parameters = new ArrayList<>(encoder().parameters());
        learning.forEach(lesson -> parameters.addAll(lesson.model().head().parameters()));
        return List.copyOf(parameters);
    }

    /// What a parameter is called in a file of all heads: its own name, behind that of its head
    /// where there are several.
    ///
    /// @return names by parameter; of the encoder's there is none
    Map<Parameter, String> names() {
        Map<Parameter, String> names = new LinkedHashMap<>();
        if (all.size() > 1) {
            for (Lesson lesson : all) {
                for (Parameter parameter : lesson.model().head().parameters()) {
                    names.put(parameter, "heads.%s.%s".formatted(lesson.name(), parameter.name()));
                }
            }
        }
        return names;
    }

    /// The examples of all heads that train.
    JointExamples training() {
        return training;
    }

    /// The same as one set where that can be: of several heads without what they should say.
    TrainingExamples flatTraining() {
        if (learning.size() == 1) {
            return learning.getFirst().training();
        }
        List<EncodedExamples> encoded = new ArrayList<>();
        for (TrainingExamples part : training.parts()) {
            if (!(part instanceof EncodedExamples unchanging)) {
                return training;
            }
            encoded.add(unchanging);
        }
        return EncodedExamples.concatenated(encoded);
    }

    /// In which order they are shown.
    BatchOrder order() {
        return order;
    }

    /// The head that examples belong to.
    ///
    /// @param rows of [#training]
    Lesson of(int[] rows) {
        return learning.get(training.partOf(rows));
    }

    /// How all heads together are judged: the examples of each one behind the other, and the mean
    /// of their scores. Null if none is judged.
    Trainer.@Nullable Validation validation() {
        List<Lesson> judged = all.stream().filter(one -> one.validation() != null).toList();
        if (judged.isEmpty() || all.size() == 1) {
            return all.getFirst().validation();
        }
        SequencedMap<String, Trainer.Validation> parts = new LinkedHashMap<>();
        List<EncodedExamples> examples = new ArrayList<>();
        for (Lesson lesson : judged) {
            Trainer.Validation own = lesson.validation();
            assert own != null : lesson.name();
            parts.put(lesson.name(), own);
            examples.add(own.examples());
        }
        return new Trainer.Validation(
                EncodedExamples.concatenated(examples),
                values -> report(parts, values),
                metric::score);
    }

    private static EvaluationReport report(
            SequencedMap<String, Trainer.Validation> parts, float[][] values) {
        SequencedMap<String, EvaluationReport> reports = new LinkedHashMap<>();
        int from = 0;
        for (Map.Entry<String, Trainer.Validation> part : parts.entrySet()) {
            int to = from + part.getValue().examples().size();
            reports.put(
                    part.getKey(),
                    part.getValue().report().apply(Arrays.copyOfRange(values, from, to)));
            from = to;
        }
        return new JointReport(reports);
    }

    /// Models of all heads.
    List<TaskModel> models() {
        return all.stream().map(Lesson::model).toList();
    }
}
