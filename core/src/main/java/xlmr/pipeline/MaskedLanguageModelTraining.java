package xlmr.pipeline;

import java.util.List;
import org.jspecify.annotations.Nullable;
import xlmr.data.Example;
import xlmr.data.MaskedTexts;
import xlmr.data.MaskingRule;
import xlmr.model.Task;
import xlmr.model.XlmRobertaConfig;
import xlmr.tokenizer.Encoding;
import xlmr.tokenizer.XlmRobertaTokenizer;
import xlmr.train.Measure;
import xlmr.train.Trainer;

/// Texts without labels, to go on with pretraining: it adapts a model to a domain or a language
/// before it is fine-tuned there.
///
/// @param training to learn from
/// @param validation to judge by, with masks that stay the same; may be empty
/// @param rule what is masked
/// @param seed of the masks
public record MaskedLanguageModelTraining(
        List<Example> training, List<Example> validation, MaskingRule rule, long seed)
        implements TrainingTask {
    @Override
    public Task task() {
        return Task.MASKED_LM;
    }

    @Override
    public boolean hasValidation() {
        return !validation.isEmpty();
    }

    @Override
    public XlmRobertaConfig configure(XlmRobertaConfig pretrained) {
        return pretrained.with("is_decoder", false).withArchitecture(Task.MASKED_LM.architecture());
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
        return new Prepared(
                masked(training, "training", config, tokenizer, maxLength, threads),
                judged(config, tokenizer, maxLength, threads),
                0);
    }

    /// What is masked, and by which random numbers.
    @Override
    public List<String> decidingFacts() {
        return List.of(rule.toString(), Long.toString(seed));
    }

    private Trainer.@Nullable Validation judged(
            XlmRobertaConfig config, XlmRobertaTokenizer tokenizer, int maxLength, int threads) {
        if (validation.isEmpty()) {
            return null;
        }
        return new Trainer.Validation(
                masked(validation, "validation", config, tokenizer, maxLength, threads).fixed(),
                Measure.TOKEN_LOSSES,
                losses -> LanguageModelEvaluation.report(losses, config.vocabSize()),
                report -> -report.loss());
    }

    private MaskedTexts masked(
            List<Example> texts,
            String what,
            XlmRobertaConfig config,
            XlmRobertaTokenizer tokenizer,
            int maxLength,
            int threads) {
        List<Encoding> pieces =
                LanguageModelTexts.encode(texts, what, tokenizer, maxLength, threads);
        return LanguageModelTexts.masked(pieces, rule, tokenizer, config, seed);
    }
}
