package xlmr.pipeline;

import java.util.ArrayList;
import java.util.List;
import xlmr.data.Example;
import xlmr.tokenizer.Encoding;
import xlmr.tokenizer.EncodingOptions;
import xlmr.tokenizer.Truncation;
import xlmr.tokenizer.XlmRobertaTokenizer;

/// Texts and pairs of texts as token sequences of at most a number of tokens, as many windows each
/// as it needs. Of a pair the longer text is cut into windows, and each has the whole other text.
///
/// @param windows of all examples, one after the other
/// @param firsts `[examples + 1]` index of each example's first window, and the number of windows
record ExampleWindows(List<Encoding> windows, int[] firsts) {
    /// @param overlap tokens that a window repeats of the one before it
    /// @throws xlmr.data.DataException if the shorter text of a pair leaves no room for the longer
    static ExampleWindows of(List<Example> examples, TextEncoder encoder, int overlap) {
        List<Encoding> whole = encoder.encode(examples);
        List<Encoding> windows = new ArrayList<>(examples.size());
        int[] firsts = new int[examples.size() + 1];
        for (int b = 0; b < examples.size(); b++) {
            if (whole.get(b).isTruncated()) {
                windows.addAll(windows(examples.get(b), encoder, overlap));
            } else {
                windows.add(whole.get(b));
            }
            firsts[b + 1] = windows.size();
        }
        return new ExampleWindows(windows, firsts);
    }

    private static List<Encoding> windows(Example example, TextEncoder encoder, int overlap) {
        XlmRobertaTokenizer tokenizer = encoder.tokenizer();
        EncodingOptions options =
                EncodingOptions.defaults().withMaxLength(encoder.maxLength()).withOverflow(overlap);
        String second = example.textPair();
        Encoding first;
        if (second == null) {
            first = tokenizer.encode(example.text(), options);
        } else {
            EncodingOptions bare = EncodingOptions.defaults().withSpecialTokens(false);
            int left = tokenizer.encode(example.text(), bare).length();
            int right = tokenizer.encode(second, bare).length();
            int shorter = Math.min(left, right);
            // <s> </s></s> </s>, and one token more than is repeated
            if (shorter + 4 + overlap >= encoder.maxLength()) {
                throw example.problem(
                        ("the shorter text of the pair has %d tokens and leaves no room for windows"
                                        + " of the other, which repeat %d, in %d; allow longer"
                                        + " windows or a smaller overlap")
                                .formatted(shorter, overlap, encoder.maxLength()));
            }
            first =
                    tokenizer.encodePair(
                            example.text(),
                            second,
                            options.withTruncation(
                                    left >= right
                                            ? Truncation.ONLY_FIRST
                                            : Truncation.ONLY_SECOND));
        }
        List<Encoding> windows = new ArrayList<>();
        windows.add(first);
        windows.addAll(first.overflow());
        return windows;
    }

    /// Ids of all windows.
    List<int[]> ids() {
        return windows.stream().map(Encoding::ids).toList();
    }

    int examples() {
        return firsts.length - 1;
    }

    /// Tokens of each window of an example.
    int[] tokens(int example) {
        return of(example).stream().mapToInt(Encoding::length).toArray();
    }

    /// The windows of an example.
    List<Encoding> of(int example) {
        return windows.subList(firsts[example], firsts[example + 1]);
    }

    /// The stretch of one of its texts that a window shows.
    static Place place(Encoding window, boolean second) {
        int sequence = second ? 1 : 0;
        int start = Integer.MAX_VALUE;
        int end = 0;
        for (int t = 0; t < window.length(); t++) {
            if (window.sequenceIds()[t] == sequence) {
                start = Math.min(start, window.starts()[t]);
                end = Math.max(end, window.ends()[t]);
            }
        }
        return new Place(sequence, Math.min(start, end), end);
    }

    /// Whether of a pair the second text was cut: the first is then the same in all windows.
    boolean secondIsCut(int example) {
        Place left = place(of(example).getFirst(), false);
        return of(example).stream().allMatch(window -> place(window, false).equals(left));
    }

    /// @param sequence 0 for the first text, 1 for the second
    record Place(int sequence, int start, int end) {}
}
