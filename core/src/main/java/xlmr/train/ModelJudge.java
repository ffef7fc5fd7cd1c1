package xlmr.train;

import org.jspecify.annotations.Nullable;
import xlmr.autograd.Workspace;
import xlmr.backend.Backend;
import xlmr.data.EncodedExamples;
import xlmr.eval.EvaluationReport;
import xlmr.model.TaskModel;

/// Judges a model as it is now on validation examples.
final class ModelJudge {
    private final Backend backend;
    private final TaskModel model;
    private final Workspace workspace;
    private final HeadInputs inputs;
    private final Trainer.Validation validation;
    private @Nullable KeptFeatures features;

    ModelJudge(
            Backend backend,
            TaskModel model,
            Workspace workspace,
            HeadInputs inputs,
            Trainer.Validation validation) {
        this.backend = backend;
        this.model = model;
        this.workspace = workspace;
        this.inputs = inputs;
        this.validation = validation;
    }

    /// What the model says of the examples, and how good that is.
    ///
    /// @param values `[M][...]` what the measure keeps of each example
    /// @param score the larger, the better
    record Judgement(float[][] values, EvaluationReport report, double score) {}

    Judgement judge() {
        float[][] values = values();
        EvaluationReport report = validation.report().apply(values);
        return new Judgement(values, report, validation.score().apply(report));
    }

    private float[][] values() {
        EncodedExamples examples = validation.examples();
        if (validation.measure() == Measure.TOKEN_LOSSES) {
            return inputs.inference().tokenLosses(examples, done -> {});
        }
        if (!inputs.encoderFrozen() || (features == null && !inputs.fits(examples))) {
            return inputs.inference().logits(examples, done -> {});
        }
        KeptFeatures kept = features;
        if (kept == null) {
            kept = inputs.keep(examples, done -> {});
            features = kept;
        }
        return kept.logits(backend, workspace, model.head());
    }
}
