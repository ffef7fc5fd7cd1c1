package xlmr.pipeline;

import java.util.List;
import org.jspecify.annotations.Nullable;
import xlmr.data.EncodedExamples;
import xlmr.data.Folds;
import xlmr.data.LabelSet;
import xlmr.data.TaggedSentence;
import xlmr.model.Task;
import xlmr.model.XlmRobertaConfig;
import xlmr.tokenizer.XlmRobertaTokenizer;
import xlmr.train.Evaluation;
import xlmr.train.Trainer;

/// Sentences whose words have tags: named entities, parts of speech.
///
/// A word is learned at its first piece, as the reference's examples do it (run_ner.py). A sentence
/// that is longer than the model is read in windows, so that no word is lost; the words at their
/// ends are learned in the window that shows more of what is around them.
///
/// @param training to learn from
/// @param validation to judge by; may be empty, and may have tags that `training` lacks: they count
///   as wrong
/// @param labels the tags in the order of their ids
public record TokenClassificationTraining(
        List<TaggedSentence> training, List<TaggedSentence> validation, LabelSet labels)
        implements TrainingTask {
    /// With the tags that occur in the training data.
    ///
    /// @throws xlmr.data.DataException if there are fewer than two to tell apart
    public static TokenClassificationTraining of(
            List<TaggedSentence> training, List<TaggedSentence> validation) {
        return new TokenClassificationTraining(
                training, validation, LabelSet.fromSentences(training));
    }

    @Override
    public Task task() {
        return Task.TOKEN_CLASSIFICATION;
    }

    @Override
    public boolean hasValidation() {
        return !validation.isEmpty();
    }

    @Override
    public TrainingTask fold(int folds, int held, long seed) {
        Folds parts = Folds.stratified(new int[training.size()], folds, seed);
        return new TokenClassificationTraining(
                parts.rest(training, held), parts.heldOut(training, held), labels);
    }

    @Override
    public XlmRobertaConfig configure(XlmRobertaConfig pretrained) {
        return pretrained
                .withLabels(labels.names())
                .withArchitecture(Task.TOKEN_CLASSIFICATION.architecture());
    }

    @Override
    public DataCounts counts() {
        return DataCounts.of("sentences", training, validation, TaggedSentence::tags);
    }

    @Override
    public String judged(int row) {
        return validation.get(row).text();
    }

    @Override
    public Prepared prepare(
            XlmRobertaConfig config, XlmRobertaTokenizer tokenizer, int maxLength, int threads) {
        TokenWindows.Cut cut = TokenTagger.cut(tokenizer, maxLength);
        WordPieces pieces = WordPieces.of(words(training), tokenizer, cut);
        EncodedExamples examples =
                new EncodedExamples(pieces.windows().sequences(), pieces.targets(training, labels));
        return new Prepared(examples, judged(tokenizer, cut), 0);
    }

    /// The tags that validation compares with.
    @Override
    public List<String> decidingFacts() {
        return validation.stream().map(sentence -> String.join(" ", sentence.tags())).toList();
    }

    private Trainer.@Nullable Validation judged(
            XlmRobertaTokenizer tokenizer, TokenWindows.Cut cut) {
        if (validation.isEmpty()) {
            return null;
        }
        TagJudgement judgement = new TagJudgement(validation, labels, null);
        WordPieces pieces = WordPieces.of(words(validation), tokenizer, cut);
        return new Trainer.Validation(
                new EncodedExamples(pieces.windows().sequences(), null),
                logits -> judgement.report(pieces, logits),
                Evaluation::score);
    }

    static List<List<String>> words(List<TaggedSentence> sentences) {
        return sentences.stream().map(TaggedSentence::words).toList();
    }
}
