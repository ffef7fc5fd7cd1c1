package xlmr.pipeline;

import java.util.List;
import org.jspecify.annotations.Nullable;
import xlmr.data.EncodedExamples;
import xlmr.data.Example;
import xlmr.model.Targets;
import xlmr.model.Task;
import xlmr.model.XlmRobertaConfig;
import xlmr.tokenizer.Encoding;
import xlmr.tokenizer.XlmRobertaTokenizer;
import xlmr.train.Measure;
import xlmr.train.Trainer;

/// Texts without labels, to learn to write: every token is predicted from those before it.
///
/// XLM-R was pretrained to fill masks, looking in both directions. A model that may only look back
/// starts almost anew.
///
/// @param training to learn from
/// @param validation to judge by; may be empty
public record CausalLanguageModelTraining(List<Example> training, List<Example> validation)
        implements TrainingTask {
    @Override
    public Task task() {
        return Task.CAUSAL_LM;
    }

    @Override
    public boolean hasValidation() {
        return !validation.isEmpty();
    }

    @Override
    public XlmRobertaConfig configure(XlmRobertaConfig pretrained) {
        return pretrained.with("is_decoder", true).withArchitecture(Task.CAUSAL_LM.architecture());
    }

    @Override
    public DataCounts counts() {
        return DataCounts.of("texts", training, validation);
    }

    @Override
    public String judged(int row) {
        return validation.get(row).text();
    }

    @Override
    public Prepared prepare(
            XlmRobertaConfig config, XlmRobertaTokenizer tokenizer, int maxLength, int threads) {
        Trainer.Validation judged =
                validation.isEmpty()
                        ? null
                        : judged(
                                examples(validation, "validation", tokenizer, maxLength, threads),
                                config);
        return new Prepared(
                examples(training, "training", tokenizer, maxLength, threads), judged, 0);
    }

    private static Trainer.@Nullable Validation judged(
            EncodedExamples examples, XlmRobertaConfig config) {
        return new Trainer.Validation(
                examples,
                Measure.TOKEN_LOSSES,
                losses -> LanguageModelEvaluation.report(losses, config.vocabSize()),
                report -> -report.loss());
    }

    /// Texts whose targets are their next tokens.
    static EncodedExamples examples(
            List<Example> texts,
            String what,
            XlmRobertaTokenizer tokenizer,
            int maxLength,
            int threads) {
        List<int[]> ids =
                LanguageModelTexts.encode(texts, what, tokenizer, maxLength, threads).stream()
                        .map(Encoding::ids)
                        .toList();
        return new EncodedExamples(ids, Targets.TokenClasses.nextTokens(ids.toArray(int[][]::new)));
    }
}
