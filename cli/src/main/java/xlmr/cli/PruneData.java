package xlmr.cli;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import xlmr.data.Example;
import xlmr.data.LabelSet;
import xlmr.data.MaskingRule;
import xlmr.model.ProblemType;
import xlmr.model.Task;
import xlmr.model.XlmRobertaConfig;
import xlmr.pipeline.CausalLanguageModelTraining;
import xlmr.pipeline.MaskedLanguageModelTraining;
import xlmr.pipeline.SequenceClassificationTraining;
import xlmr.pipeline.TrainingTask;

/// The file of `prune --data`: what a model is timed on, judged by, and asked which of its heads
/// matter.
///
/// @param texts as read
/// @param judged whether they have labels of a classifier of one label a text, by which models can
///   be compared
/// @param task in which a loss tells the heads that matter
record PruneData(List<Example> texts, boolean judged, TrainingTask task) {
    /// Reads the file.
    ///
    /// @param forHeads whether the loss is asked for, which more kinds of models have
    static PruneData read(
            Streams streams, Path model, Path file, LabelledInput labelled, boolean forHeads) {
        XlmRobertaConfig config = XlmRobertaConfig.read(model);
        Task task = Task.of(config).orElse(null);
        boolean classifies = task == Task.SEQUENCE_CLASSIFICATION;
        boolean judged = classifies && config.problem() == ProblemType.SINGLE_LABEL_CLASSIFICATION;
        if (!judged && !forHeads) {
            throw new CommandException(
                    "--data %s: %s is no classifier of one label a text; leave --data out, and use"
                                    .formatted(file, model)
                            + " evaluate with the smaller model");
        }
        if (classifies) {
            List<Example> texts = labelled.read(streams, file);
            return new PruneData(
                    texts,
                    judged,
                    new SequenceClassificationTraining(
                            texts, List.of(), config.problem(), LabelSet.of(config.labels())));
        }
        if (task != Task.MASKED_LM && task != Task.CAUSAL_LM) {
            throw new CommandException(
                    "--heads: which heads matter is measured for sequence classification and language models, and %s is %s; name the heads, such as --heads 0:1+5,3:2"
                            .formatted(model, what(task)));
        }
        List<Example> texts = labelled.readTexts(streams, file);
        return new PruneData(
                texts,
                false,
                task == Task.CAUSAL_LM
                        ? new CausalLanguageModelTraining(texts, List.of())
                        : new MaskedLanguageModelTraining(
                                texts, List.of(), MaskingRule.defaults(), 0));
    }

    private static String what(@Nullable Task task) {
        return task == null ? "an encoder without a head" : "for " + task.word();
    }
}
