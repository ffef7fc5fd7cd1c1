package xlmr.pipeline;

import java.nio.file.Path;
import xlmr.backend.Backend;
import xlmr.eval.EvaluationReport;
import xlmr.model.LoraModel;
import xlmr.model.ModelLoader;
import xlmr.model.NamedHead;
import xlmr.model.TaskModel;
import xlmr.model.XlmRobertaConfig;
import xlmr.model.XlmRobertaModel;
import xlmr.train.Inference;
import xlmr.train.Measure;
import xlmr.train.Trainer;

/// Examples that finished models are judged on.
///
/// @param name under which its numbers are reported
/// @param data whose validation examples these are
public record TestSet(String name, TrainingTask data) {
    /// The same, ready for any number of models.
    ///
    /// @throws IllegalArgumentException if there are no examples
    Ready prepared(FineTuning job, int threads) {
        Trainer.Validation examples = job.prepare(data, threads).validation();
        if (examples == null) {
            throw new IllegalArgumentException("%s: expected examples, found none".formatted(name));
        }
        return new Ready(name, examples);
    }

    /// Test examples as token ids.
    record Ready(String name, Trainer.Validation examples) {
        /// What a model, as it was written, makes of them.
        ///
        /// @param job that wrote it
        EvaluationReport judge(FineTuning job, FineTuning.Result result, Backend backend) {
            Inference inference = new Inference(backend, load(job, result));
            float[][] values =
                    examples.measure() == Measure.TOKEN_LOSSES
                            ? inference.tokenLosses(examples.examples(), done -> {})
                            : inference.logits(examples.examples(), done -> {});
            return examples.report().apply(values);
        }

        private static TaskModel load(FineTuning job, FineTuning.Result result) {
            Path output = job.output();
            if (job.saved() == SavedForm.HEAD) {
                XlmRobertaModel encoder =
                        ModelLoader.encoder(job.model(), ModelLoader.FROZEN).model();
                return NamedHead.open(output, encoder).model();
            }
            if (AdaptedModels.isAdapter(output)) {
                return AdaptedModels.load(job.model(), output).model();
            }
            XlmRobertaConfig config = XlmRobertaConfig.read(output.resolve("config.json"));
            return LoraModel.merge(
                    ModelLoader.task(result.task(), output, config, ModelLoader.FROZEN, 0).model());
        }
    }
}
