package xlmr.eval;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import xlmr.data.TextSpan;

/// Finds the best answers in the logits of start and end of all windows of a context. There are two
/// usual ways, with the same best answer in most cases and different probabilities:
/// - [#ranked] compares logits over all windows, as Hugging Face's `run_qa.py`
///   (`postprocess_qa_predictions`) and the programs of SQuAD do; probabilities are over the best
///   answers. For scores.
/// - [#likely] compares probabilities over each window, as the question answering pipeline of
///   transformers 4 does.
///
/// Spans have no white space at their ends, and one without a visible character is no answer.
///
/// @param count how many answers to keep
/// @param maxTokens the longest answer
/// @param noAnswerAllowed whether a question may have no answer (SQuAD 2.0)
/// @param threshold then no answer is given if its score is above that of the best by more than
///   this
/// @param wholeWords whether an answer of [#likely] is widened to whole words, as the pipeline does
///   by default
public record AnswerDecoding(
        int count, int maxTokens, boolean noAnswerAllowed, double threshold, boolean wholeWords) {

    public AnswerDecoding {
        if (count < 1 || maxTokens < 1 || Double.isNaN(threshold)) {
            throw new IllegalArgumentException(
                    "answer decoding: expected at least 1 answer of 1 token and a threshold, found %d, %d and %s"
                            .formatted(count, maxTokens, threshold));
        }
    }

    /// 20 answers of at most 30 tokens, as `run_qa.py` by default.
    public static AnswerDecoding defaults() {
        return new AnswerDecoding(20, 30, false, 0, false);
    }

    public AnswerDecoding withCount(int newCount) {
        return new AnswerDecoding(newCount, maxTokens, noAnswerAllowed, threshold, wholeWords);
    }

    public AnswerDecoding withMaxTokens(int tokens) {
        return new AnswerDecoding(count, tokens, noAnswerAllowed, threshold, wholeWords);
    }

    /// Allows for questions without an answer.
    public AnswerDecoding withNoAnswer(double newThreshold) {
        return new AnswerDecoding(count, maxTokens, true, newThreshold, wholeWords);
    }

    public AnswerDecoding withWholeWords(boolean whole) {
        return new AnswerDecoding(count, maxTokens, noAnswerAllowed, threshold, whole);
    }

    /// The answers with the largest sums of a start and an end logit. Starts and ends are taken
    /// from the `count` best of each window. The score of no answer is the sum at `<s>`, the
    /// smallest of all windows: all must agree that there is none. Probabilities are a softmax over
    /// the answers that are kept, and no answer if it is allowed.
    public DecodedAnswer ranked(String context, List<AnswerWindow> windows) {
        check(context, windows);
        List<AnswerSpan> found = new ArrayList<>();
        double nothing = Double.POSITIVE_INFINITY;
        for (AnswerWindow window : windows) {
            nothing =
                    Math.min(
                            nothing,
                            (double) window.startLogits()[0] + (double) window.endLogits()[0]);
            int[] ends = best(window.endLogits());
            for (int first : best(window.startLogits())) {
                for (int last : ends) {
                    addRanked(found, context, window, first, last);
                }
            }
        }
        found.sort(Comparator.comparingDouble(AnswerSpan::score).reversed());
        // no answer takes a place among the best only if it is one of them
        double none = nothing;
        int better = (int) found.stream().limit(count).filter(a -> a.score() >= none).count();
        int kept = noAnswerAllowed && better < count ? count - 1 : count;
        List<AnswerSpan> best = found.subList(0, Math.min(kept, found.size()));
        double[] scores =
                IntStream.rangeClosed(0, best.size())
                        .mapToDouble(
                                i ->
                                        i < best.size()
                                                ? best.get(i).score()
                                                : noAnswerAllowed ? none : Double.NEGATIVE_INFINITY)
                        .toArray();
        double[] probabilities = Logits.softmax(scores);
        List<AnswerSpan> answers = new ArrayList<>();
        for (int i = 0; i < best.size(); i++) {
            AnswerSpan answer = best.get(i);
            answers.add(
                    new AnswerSpan(
                            answer.span(),
                            answer.startLogit(),
                            answer.endLogit(),
                            probabilities[i]));
        }
        double noAnswerScore =
                best.isEmpty() ? Double.POSITIVE_INFINITY : none - best.getFirst().score();
        return decoded(answers, noAnswerScore, noAnswerAllowed ? probabilities[best.size()] : 0);
    }

    private void addRanked(
            List<AnswerSpan> found, String context, AnswerWindow window, int first, int last) {
        if (last < first
                || last - first >= maxTokens
                || !window.inContext()[first]
                || !window.inContext()[last]) {
            return;
        }
        TextSpan span = span(context, window, first, last);
        if (span.length() > 0) {
            found.add(
                    new AnswerSpan(span, window.startLogits()[first], window.endLogits()[last], 0));
        }
    }

    /// The answers with the largest products of a start and an end probability, each a softmax over
    /// `<s>` and the context of a window. The probability of no answer is the product at `<s>`, the
    /// smallest of all windows; its score is the logarithm of its ratio to that of the best answer.
    public DecodedAnswer likely(String context, List<AnswerWindow> windows) {
        check(context, windows);
        List<AnswerSpan> found = new ArrayList<>();
        double nothing = 1;
        for (AnswerWindow window : windows) {
            int from = window.contextStart();
            int to = window.contextEnd();
            double[] starts = probabilities(window.startLogits(), from, to);
            double[] ends = probabilities(window.endLogits(), from, to);
            nothing = Math.min(nothing, starts[0] * ends[0]);
            List<AnswerSpan> best = new ArrayList<>();
            for (int first = from; first < to; first++) {
                for (int last = first; last < Math.min(to, first + maxTokens); last++) {
                    double probability = starts[first - from + 1] * ends[last - from + 1];
                    if (best.size() == count && probability <= best.getLast().probability()) {
                        continue;
                    }
                    addLikely(best, context, window, first, last, probability);
                }
            }
            found.addAll(best);
        }
        found.sort(Comparator.comparingDouble(AnswerSpan::probability).reversed());
        List<AnswerSpan> best = found.subList(0, Math.min(count, found.size()));
        double noAnswerScore =
                best.isEmpty()
                        ? Double.POSITIVE_INFINITY
                        : Math.log(nothing) - Math.log(best.getFirst().probability());
        return decoded(best, noAnswerScore, noAnswerAllowed ? nothing : 0);
    }

    /// Keeps the `count` best, the best first.
    private void addLikely(
            List<AnswerSpan> best,
            String context,
            AnswerWindow window,
            int first,
            int last,
            double probability) {
        TextSpan span =
                wholeWords
                        ? span(context, window, wordStart(window, first), wordEnd(window, last))
                        : span(context, window, first, last);
        if (span.length() == 0) {
            return;
        }
        int place = best.size();
        while (place > 0 && best.get(place - 1).probability() < probability) {
            place--;
        }
        best.add(
                place,
                new AnswerSpan(
                        span, window.startLogits()[first], window.endLogits()[last], probability));
        if (best.size() > count) {
            best.removeLast();
        }
    }

    private DecodedAnswer decoded(
            List<AnswerSpan> best, double noAnswerScore, double noAnswerProbability) {
        boolean answered = !best.isEmpty() && !(noAnswerAllowed && noAnswerScore > threshold);
        return new DecodedAnswer(best, noAnswerScore, noAnswerProbability, answered);
    }

    private static void check(String context, List<AnswerWindow> windows) {
        if (windows.isEmpty()) {
            throw new IllegalArgumentException("answer decoding: expected a window, found none");
        }
        for (AnswerWindow window : windows) {
            TokenPlaces.check(
                    window.starts(),
                    window.ends(),
                    window.contextStart(),
                    window.contextEnd(),
                    context.length());
        }
    }

    private static TextSpan span(String context, AnswerWindow window, int first, int last) {
        return TokenPlaces.span(
                context, window.starts(), window.ends(), first, last, window.contextEnd());
    }

    private static int wordStart(AnswerWindow window, int token) {
        int first = token;
        while (window.inContext()[first - 1]
                && window.wordIds()[first - 1] == window.wordIds()[token]) {
            first--;
        }
        return first;
    }

    private static int wordEnd(AnswerWindow window, int token) {
        int last = token;
        while (last + 1 < window.size()
                && window.inContext()[last + 1]
                && window.wordIds()[last + 1] == window.wordIds()[token]) {
            last++;
        }
        return last;
    }

    /// The `count` tokens with the largest logits, the largest first.
    private int[] best(float[] logits) {
        return IntStream.range(0, logits.length)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer t) -> logits[t]).reversed())
                .limit(count)
                .mapToInt(Integer::intValue)
                .toArray();
    }

    /// A softmax over `<s>` and the context.
    private static double[] probabilities(float[] logits, int from, int to) {
        double[] chosen = new double[1 + to - from];
        chosen[0] = logits[0];
        for (int t = from; t < to; t++) {
            chosen[t - from + 1] = logits[t];
        }
        return Logits.softmax(chosen);
    }
}
