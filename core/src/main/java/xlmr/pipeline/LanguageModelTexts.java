package xlmr.pipeline;

import java.util.ArrayList;
import java.util.List;
import xlmr.data.DataException;
import xlmr.data.Example;
import xlmr.data.MaskedTexts;
import xlmr.data.MaskingRule;
import xlmr.model.XlmRobertaConfig;
import xlmr.tokenizer.Encoding;
import xlmr.tokenizer.EncodingOptions;
import xlmr.tokenizer.XlmRobertaTokenizer;

/// Texts for a language model: longer ones in as many pieces as they need, so that nothing is lost,
/// and those without a token left out.
final class LanguageModelTexts {
    /// `<s>`, `</s>` and something to predict.
    private static final int SHORTEST = 3;

    private LanguageModelTexts() {}

    /// @param what names the texts in messages: training, validation
    /// @throws DataException if no text has a token
    static List<Encoding> encode(
            List<Example> texts,
            String what,
            XlmRobertaTokenizer tokenizer,
            int maxLength,
            int threads) {
        EncodingOptions options =
                EncodingOptions.defaults().withMaxLength(maxLength).withOverflow(0);
        List<Encoding> pieces = new ArrayList<>();
        List<String> strings = texts.stream().map(Example::text).toList();
        for (Encoding encoding : tokenizer.encodeAll(strings, options, threads)) {
            pieces.add(encoding);
            pieces.addAll(encoding.overflow());
        }
        pieces.removeIf(piece -> piece.length() < SHORTEST);
        if (pieces.isEmpty()) {
            throw new DataException(
                    "the %s data has no text with a token to predict; expected one text a line"
                            .formatted(what));
        }
        return pieces;
    }

    /// Texts with their masks, of which random pieces are ones that tokenizer and model both know.
    static MaskedTexts masked(
            List<Encoding> pieces,
            MaskingRule rule,
            XlmRobertaTokenizer tokenizer,
            XlmRobertaConfig config,
            long seed) {
        return new MaskedTexts(
                pieces.stream()
                        .map(piece -> new MaskedTexts.Text(piece.ids(), piece.wordIds()))
                        .toList(),
                rule,
                tokenizer.maskId(),
                Math.min(config.vocabSize(), tokenizer.vocabularySize()),
                seed);
    }
}
