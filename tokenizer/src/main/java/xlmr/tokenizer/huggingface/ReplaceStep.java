package xlmr.tokenizer.huggingface;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Replaces a text, or runs of it, by another (`Replace`). What is put in stands for the last
/// character of what it replaces.
///
/// @param pattern the text to look for
/// @param atLeast how often it has to stand there, 1 for a plain replacement of each
/// @param run whether all repetitions are replaced together
/// @param content what is put in
record ReplaceStep(String pattern, int atLeast, boolean run, String content)
        implements NormalizerStep {
    @Override
    public void apply(AlignedText source, int from, int to, AlignedText target) {
        byte[] wanted = pattern.getBytes(StandardCharsets.UTF_8);
        int at = from;
        while (at < to) {
            int end = at;
            int count = 0;
            while ((run || count == 0) && isAt(source, end, to, wanted)) {
                end += wanted.length;
                count++;
            }
            if (count >= atLeast) {
                int begin = source.begins[end - 1];
                int finish = source.ends[end - 1];
                content.codePoints().forEach(c -> target.append(c, begin, finish));
                at = end;
            } else {
                int next = Math.max(source.next(at), end);
                target.append(source, at, next);
                at = next;
            }
        }
    }

    private static boolean isAt(AlignedText text, int at, int to, byte[] wanted) {
        return at + wanted.length <= to
                && Arrays.equals(text.bytes, at, at + wanted.length, wanted, 0, wanted.length);
    }
}
