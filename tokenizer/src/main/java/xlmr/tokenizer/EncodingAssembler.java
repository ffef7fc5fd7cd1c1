package xlmr.tokenizer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import xlmr.tokenizer.piece.TokenList;

/// Puts the tokens of one or two texts together: truncation, windows of overflow, special tokens,
/// padding.
///
/// @param template the special tokens
/// @param rule how much of each text stays
/// @param padId what encodings are filled up with
record EncodingAssembler(Template template, TruncationRule rule, int padId) {
    /// A range of a text's tokens.
    private record Window(int from, int to) {}

    /// The encoding of one text.
    Encoding single(TokenList tokens, EncodingOptions options) {
        return assemble(tokens, new TokenList(), false, options);
    }

    /// The encoding of two texts.
    Encoding pair(TokenList first, TokenList second, EncodingOptions options) {
        return assemble(first, second, true, options);
    }

    private Encoding assemble(
            TokenList first, TokenList second, boolean isPair, EncodingOptions options) {
        TruncationRule.Kept kept = new TruncationRule.Kept(first.size, second.size);
        if (options.maxLength() > 0 && options.truncation() != Truncation.NONE) {
            int added = options.specialTokens() ? template.added(isPair) : 0;
            int room = options.maxLength() - added;
            rule.check(options.maxLength(), options.stride(), template.added(false));
            kept = rule.keep(options.truncation(), first.size, second.size, isPair, room);
        }
        int cut = first.size - kept.first() + second.size - kept.second();
        List<Window> firsts = windows(first.size, kept.first(), options);
        List<Window> seconds = windows(second.size, kept.second(), options);
        List<Encoding> overflow = new ArrayList<>();
        for (int i = 1; i < firsts.size(); i++) {
            for (Window window : seconds) {
                overflow.add(
                        join(first, firsts.get(i), second, window, isPair, options, 0, List.of()));
            }
        }
        for (int j = 1; j < seconds.size(); j++) {
            overflow.add(
                    join(
                            first,
                            firsts.getFirst(),
                            second,
                            seconds.get(j),
                            isPair,
                            options,
                            0,
                            List.of()));
        }
        return join(
                first,
                firsts.getFirst(),
                second,
                seconds.getFirst(),
                isPair,
                options,
                cut,
                List.copyOf(overflow));
    }

    /// The part that stays, then, if wanted, the parts that overflow.
    private static List<Window> windows(int length, int kept, EncodingOptions options) {
        boolean left = options.truncationSide() == Side.LEFT;
        Window main = left ? new Window(length - kept, length) : new Window(0, kept);
        if (kept == length || !options.overflow()) {
            return List.of(main);
        }
        if (kept == 0) {
            return List.of(main, new Window(0, length));
        }
        if (options.stride() >= kept) {
            throw new TokenizerException(
                    "stride %d must be less than the %d tokens that stay of the text"
                            .formatted(options.stride(), kept));
        }
        List<Window> windows = new ArrayList<>();
        int step = kept - options.stride();
        for (int at = 0; at < length; at += step) {
            int from = left ? Math.max(0, length - at - kept) : at;
            int to = left ? length - at : Math.min(length, at + kept);
            windows.add(new Window(from, to));
            if (left ? from == 0 : to == length) {
                break;
            }
        }
        return windows;
    }

    private Encoding join(
            TokenList first,
            Window firstWindow,
            TokenList second,
            Window secondWindow,
            boolean isPair,
            EncodingOptions options,
            int cut,
            List<Encoding> overflow) {
        int[] pattern = isPair ? template.pair() : template.single();
        int length =
                firstWindow.to
                        - firstWindow.from
                        + secondWindow.to
                        - secondWindow.from
                        + (options.specialTokens() ? template.added(isPair) : 0);
        Encoding encoding = blank(length, cut, overflow);
        int at = 0;
        for (int part : pattern) {
            if (part == Template.FIRST) {
                at = copy(first, firstWindow, 0, encoding, at);
            } else if (part == Template.SECOND) {
                at = copy(second, secondWindow, 1, encoding, at);
            } else if (options.specialTokens()) {
                encoding.ids()[at] = part;
                encoding.wordIds()[at] = -1;
                encoding.sequenceIds()[at] = -1;
                encoding.specialTokensMask()[at++] = true;
            }
        }
        return encoding;
    }

    private static int copy(
            TokenList tokens, Window window, int sequence, Encoding encoding, int at) {
        int count = window.to - window.from;
        System.arraycopy(tokens.ids, window.from, encoding.ids(), at, count);
        System.arraycopy(tokens.starts, window.from, encoding.starts(), at, count);
        System.arraycopy(tokens.ends, window.from, encoding.ends(), at, count);
        System.arraycopy(tokens.words, window.from, encoding.wordIds(), at, count);
        Arrays.fill(encoding.sequenceIds(), at, at + count, sequence);
        return at + count;
    }

    private static Encoding blank(int length, int cut, List<Encoding> overflow) {
        boolean[] attention = new boolean[length];
        Arrays.fill(attention, true);
        return new Encoding(
                new int[length],
                new int[length],
                new int[length],
                new int[length],
                new int[length],
                new boolean[length],
                attention,
                cut,
                overflow);
    }

    /// Fills encodings up as the options say, those of the overflow too.
    List<Encoding> pad(List<Encoding> encodings, EncodingOptions options) {
        if (options.padding() == Padding.NONE || encodings.isEmpty()) {
            return encodings;
        }
        int length = options.maxLength();
        if (options.padding() == Padding.LONGEST) {
            length = encodings.stream().mapToInt(Encoding::length).max().orElse(0);
        }
        int multiple = Math.max(1, options.padToMultipleOf());
        int target = Math.ceilDiv(length, multiple) * multiple;
        return encodings.stream().map(e -> pad(e, target, options.paddingSide())).toList();
    }

    private Encoding pad(Encoding encoding, int target, Side side) {
        List<Encoding> overflow =
                encoding.overflow().stream().map(e -> pad(e, target, side)).toList();
        int missing = Math.max(0, target - encoding.length());
        int before = side == Side.LEFT ? missing : 0;
        return new Encoding(
                padded(encoding.ids(), missing, before, padId),
                padded(encoding.starts(), missing, before, 0),
                padded(encoding.ends(), missing, before, 0),
                padded(encoding.wordIds(), missing, before, -1),
                padded(encoding.sequenceIds(), missing, before, -1),
                padded(encoding.specialTokensMask(), missing, before, true),
                padded(encoding.attentionMask(), missing, before, false),
                encoding.truncatedTokens(),
                overflow);
    }

    private static int[] padded(int[] values, int missing, int before, int filler) {
        int[] result = new int[values.length + missing];
        Arrays.fill(result, filler);
        System.arraycopy(values, 0, result, before, values.length);
        return result;
    }

    private static boolean[] padded(boolean[] values, int missing, int before, boolean filler) {
        boolean[] result = new boolean[values.length + missing];
        Arrays.fill(result, filler);
        System.arraycopy(values, 0, result, before, values.length);
        return result;
    }
}
