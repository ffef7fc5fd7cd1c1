package xlmr.pipeline;

import java.util.ArrayList;
import java.util.List;
import xlmr.tokenizer.Encoding;
import xlmr.tokenizer.EncodingOptions;
import xlmr.tokenizer.XlmRobertaTokenizer;

/// Texts as token sequences of at most a number of tokens: one each, cut where it is too long, or
/// as many windows as it needs.
///
/// @param sequences ids of all windows of all texts, one after the other
/// @param firsts `[texts + 1]` index of each text's first window, and the number of windows
/// @param truncated tokens of each text that are in no window
record WindowedTexts(List<int[]> sequences, int[] firsts, int[] truncated) {
    /// How texts are read.
    ///
    /// @param prompt goes in front of each text, and in front of each window of a long one
    /// @param maxLength tokens of a window, `<s>` and `</s>` included
    /// @param windows whether long texts are read in windows, else they are cut
    /// @param overlap tokens that a window repeats of the one before it
    record Reading(String prompt, int maxLength, boolean windows, int overlap) {}

    static WindowedTexts of(
            List<String> texts, XlmRobertaTokenizer tokenizer, Reading reading, int threads) {
        EncodingOptions options = EncodingOptions.defaults().withMaxLength(reading.maxLength());
        List<String> prompted = texts.stream().map(reading.prompt()::concat).toList();
        List<Encoding> encodings = tokenizer.encodeAll(prompted, options, threads);
        List<int[]> sequences = new ArrayList<>(texts.size());
        int[] firsts = new int[texts.size() + 1];
        int[] truncated = new int[texts.size()];
        for (int i = 0; i < texts.size(); i++) {
            Encoding encoding = encodings.get(i);
            if (encoding.isTruncated() && reading.windows()) {
                sequences.addAll(windows(texts.get(i), tokenizer, reading));
            } else {
                sequences.add(encoding.ids());
                truncated[i] = encoding.truncatedTokens();
            }
            firsts[i + 1] = sequences.size();
        }
        return new WindowedTexts(sequences, firsts, truncated);
    }

    private static List<int[]> windows(
            String text, XlmRobertaTokenizer tokenizer, Reading reading) {
        int[] prompt = new int[0];
        if (!reading.prompt().isEmpty()) {
            EncodingOptions bare = EncodingOptions.defaults().withSpecialTokens(false);
            prompt = tokenizer.encode(reading.prompt(), bare).ids();
        }
        int room = reading.maxLength() - prompt.length;
        int added = tokenizer.encode("", EncodingOptions.defaults()).length();
        if (room - added <= reading.overlap()) {
            throw new IllegalArgumentException(
                    ("windows: %d tokens leave no room beside %d of the prompt, %d special ones and"
                                    + " an overlap of %d; allow longer windows or a smaller overlap")
                            .formatted(
                                    reading.maxLength(), prompt.length, added, reading.overlap()));
        }
        Encoding first =
                tokenizer.encode(
                        text,
                        EncodingOptions.defaults()
                                .withMaxLength(room)
                                .withOverflow(reading.overlap()));
        List<int[]> windows = new ArrayList<>();
        windows.add(withPrompt(first.ids(), prompt));
        for (Encoding next : first.overflow()) {
            windows.add(withPrompt(next.ids(), prompt));
        }
        return windows;
    }

    /// The prompt's tokens after `<s>`.
    private static int[] withPrompt(int[] ids, int[] prompt) {
        int[] all = new int[ids.length + prompt.length];
        all[0] = ids[0];
        System.arraycopy(prompt, 0, all, 1, prompt.length);
        System.arraycopy(ids, 1, all, 1 + prompt.length, ids.length - 1);
        return all;
    }

    int texts() {
        return truncated.length;
    }

    /// Tokens of all windows of a text.
    int tokens(int text) {
        int tokens = 0;
        for (int i = firsts[text]; i < firsts[text + 1]; i++) {
            tokens += sequences.get(i).length;
        }
        return tokens;
    }
}
