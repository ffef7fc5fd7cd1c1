package xlmr.train;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import xlmr.autograd.Workspace;
import xlmr.backend.Backend;
import xlmr.data.EncodedExamples;
import xlmr.eval.EvaluationReport;

/// Judges a model as it is now on validation examples, head by head where it has several.
final class ModelJudge {
    private final Backend backend;
    private final Workspace workspace;
    private final Lessons lessons;
    private final Function<Lesson, HeadInputs> inputs;
    private final Trainer.Validation whole;
    private final Map<Lesson, KeptFeatures> features = new IdentityHashMap<>();

    /// @param inputs of the head of a lesson
    /// @param whole how all heads together are judged
    ModelJudge(
            Backend backend,
            Workspace workspace,
            Lessons lessons,
            Function<Lesson, HeadInputs> inputs,
            Trainer.Validation whole) {
        this.backend = backend;
        this.workspace = workspace;
        this.lessons = lessons;
        this.inputs = inputs;
        this.whole = whole;
    }

    /// What the model says of the examples, and how good that is.
    ///
    /// @param values `[M][...]` what the measure keeps of each example
    /// @param score the larger, the better
    record Judgement(float[][] values, EvaluationReport report, double score) {}

    Judgement judge() {
        List<float[]> rows = new ArrayList<>();
        for (Lesson lesson : lessons.all()) {
            Trainer.Validation validation = lesson.validation();
            if (validation != null) {
                Collections.addAll(rows, values(lesson, validation));
            }
        }
        float[][] values = rows.toArray(float[][]::new);
        EvaluationReport report = whole.report().apply(values);
        return new Judgement(values, report, whole.score().apply(report));
    }

    private float[][] values(Lesson lesson, Trainer.Validation validation) {
        HeadInputs own = inputs.apply(lesson);
        EncodedExamples examples = validation.examples();
        if (validation.measure() == Measure.TOKEN_LOSSES) {
            return own.inference().tokenLosses(examples, done -> {});
        }
        KeptFeatures kept = kept(lesson, own, examples);
        return kept == null
                ? own.inference().logits(examples, done -> {})
                : kept.logits(backend, workspace, lesson.model().head());
    }

    /// The features of a frozen encoder, if there is one and they fit.
    private @Nullable KeptFeatures kept(Lesson lesson, HeadInputs own, EncodedExamples examples) {
        KeptFeatures kept = features.get(lesson);
        if (kept == null && own.encoderFrozen() && own.fits(examples)) {
            kept = own.keep(examples, done -> {});
            features.put(lesson, kept);
        }
        return kept;
    }
}
