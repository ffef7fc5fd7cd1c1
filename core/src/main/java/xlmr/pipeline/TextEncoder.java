package xlmr.pipeline;

import java.util.ArrayList;
import java.util.List;
import xlmr.data.Example;
import xlmr.tokenizer.Encoding;
import xlmr.tokenizer.EncodingOptions;
import xlmr.tokenizer.XlmRobertaTokenizer;

/// Texts to token ids of at most a number of tokens, many at once.
///
/// @param tokenizer the model's
/// @param maxLength tokens, `<s>` and `</s>` included; longer texts are cut at the end
/// @param threads to use
public record TextEncoder(XlmRobertaTokenizer tokenizer, int maxLength, int threads) {
    /// Encodings in the order of the examples.
    public List<Encoding> encode(List<Example> examples) {
        EncodingOptions options = EncodingOptions.defaults().withMaxLength(maxLength);
        List<String> texts = examples.stream().map(Example::text).toList();
        if (examples.stream().allMatch(example -> example.textPair() == null)) {
            return tokenizer.encodeAll(texts, options, threads);
        }
        List<String> seconds = new ArrayList<>(examples.size());
        for (Example example : examples) {
            String second = example.textPair();
            if (second == null) {
                throw example.problem("has one text where others have two");
            }
            seconds.add(second);
        }
        return tokenizer.encodeAllPairs(texts, seconds, options, threads);
    }
}
