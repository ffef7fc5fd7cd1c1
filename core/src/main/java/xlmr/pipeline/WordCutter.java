package xlmr.pipeline;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import xlmr.data.TaggedSentence;
import xlmr.data.TextSpan;
import xlmr.data.TextWords;
import xlmr.tokenizer.Encoding;
import xlmr.tokenizer.EncodingOptions;
import xlmr.tokenizer.XlmRobertaTokenizer;

/// Cuts a text into the words that get a tag: letters and digits together, punctuation for itself;
/// where a script has no spaces, the tokenizer's pieces.
record WordCutter(XlmRobertaTokenizer tokenizer) {
    private static final EncodingOptions BARE = EncodingOptions.defaults().withSpecialTokens(false);

    /// A text cut into words; empty if it has none.
    Optional<TaggedSentence> sentence(String text) {
        List<TextSpan> spans = words(text);
        List<String> words = spans.stream().map(span -> span.of(text)).toList();
        return words.isEmpty()
                ? Optional.empty()
                : Optional.of(new TaggedSentence(words, List.of(), text, spans, true, "text", 1));
    }

    private List<TextSpan> words(String text) {
        List<TextSpan> words = new ArrayList<>();
        for (TextSpan span : TextWords.spans(text)) {
            String word = span.of(text);
            if (!TextWords.isWrittenWithoutSpaces(word)) {
                words.add(span);
                continue;
            }
            Encoding pieces = tokenizer.encode(word, BARE);
            int done = 0;
            for (int t = 0; t < pieces.length(); t++) {
                boolean last = t + 1 == pieces.length();
                int end = last ? word.length() : Math.min(pieces.ends()[t], pieces.starts()[t + 1]);
                if (end > done) {
                    words.add(new TextSpan(span.start() + done, span.start() + end));
                    done = end;
                }
            }
        }
        return words;
    }
}
