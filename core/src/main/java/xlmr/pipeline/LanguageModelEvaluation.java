package xlmr.pipeline;

import java.nio.file.Path;
import java.util.List;
import java.util.function.IntConsumer;
import xlmr.backend.Backend;
import xlmr.data.EncodedExamples;
import xlmr.data.Example;
import xlmr.data.MaskingRule;
import xlmr.eval.LanguageModelReport;
import xlmr.model.ModelLoader;
import xlmr.model.Task;
import xlmr.model.TaskModel;
import xlmr.tokenizer.Encoding;
import xlmr.tokenizer.XlmRobertaTokenizer;
import xlmr.train.Inference;

/// How well a language model predicts texts.
///
/// @param directory of the model
/// @param rule what is masked, for a masked language model
/// @param seed of the masks
/// @param maxLength tokens of the longest piece of a text; 0 for as many as the model has positions
public record LanguageModelEvaluation(Path directory, MaskingRule rule, long seed, int maxLength) {
    /// Reads the model, predicts the texts' tokens and compares.
    ///
    /// @param task masked or causal
    /// @param progress is told the number of texts done
    /// @throws xlmr.data.DataException if no text has a token
    public LanguageModelReport run(
            Task task, List<Example> texts, Backend backend, IntConsumer progress) {
        TaskModel model = ModelLoader.task(task, directory, null, ModelLoader.FROZEN, 0).model();
        XlmRobertaTokenizer tokenizer = XlmRobertaTokenizer.load(directory);
        int most = model.config().maxTokens();
        int limit = maxLength <= 0 ? most : Math.min(most, maxLength);
        EncodedExamples examples =
                task == Task.CAUSAL_LM
                        ? CausalLanguageModelTraining.examples(
                                texts, "evaluation", tokenizer, limit, backend.threads())
                        : masked(texts, model, tokenizer, limit, backend.threads());
        float[][] losses = new Inference(backend, model).tokenLosses(examples, progress);
        return report(losses, model.config().vocabSize());
    }

    private EncodedExamples masked(
            List<Example> texts,
            TaskModel model,
            XlmRobertaTokenizer tokenizer,
            int limit,
            int threads) {
        List<Encoding> pieces =
                LanguageModelTexts.encode(texts, "evaluation", tokenizer, limit, threads);
        return LanguageModelTexts.masked(pieces, rule, tokenizer, model.config(), seed).fixed();
    }

    /// The report of losses as [Inference#tokenLosses] gives them.
    static LanguageModelReport report(float[][] losses, int vocabulary) {
        double sum = 0;
        long right = 0;
        long predicted = 0;
        for (float[] example : losses) {
            for (int i = 0; i < example.length; i += 2) {
                sum += example[i];
                right += example[i + 1] > 0 ? 1 : 0;
                predicted++;
            }
        }
        return LanguageModelReport.of(losses.length, predicted, sum, right, vocabulary);
    }
}
