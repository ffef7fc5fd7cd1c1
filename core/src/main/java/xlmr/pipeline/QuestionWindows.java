package xlmr.pipeline;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.IntPredicate;
import xlmr.data.EncodedExamples;
import xlmr.data.Question;
import xlmr.data.TextSpan;
import xlmr.eval.AnswerWindow;
import xlmr.model.Targets;
import xlmr.tokenizer.Encoding;
import xlmr.tokenizer.EncodingOptions;
import xlmr.tokenizer.TokenizerException;
import xlmr.tokenizer.Truncation;
import xlmr.tokenizer.XlmRobertaTokenizer;

/// Questions as token sequences: `<s> question </s></s> context </s>`, a long context in several
/// windows that overlap, each with the whole question.
///
/// @param questions as given
/// @param encodings of all windows, question after question
/// @param owners which question each window belongs to
record QuestionWindows(List<Question> questions, List<Encoding> encodings, int[] owners) {
    /// The context is the second text of a pair.
    private static final int CONTEXT = 1;

    /// The reference's examples let windows of 384 tokens share as many.
    private static final int MOST_SHARED = 128;

    /// Cuts the contexts.
    ///
    /// @param maxLength tokens of a window
    /// @param shared tokens that neighbouring windows share; empty for a third of a window, at most
    ///   128
    /// @throws xlmr.data.DataException if a question leaves no room for its context
    static QuestionWindows of(
            List<Question> questions,
            XlmRobertaTokenizer tokenizer,
            int maxLength,
            OptionalInt shared,
            int threads) {
        int stride = shared.orElse(Math.min(MOST_SHARED, maxLength / 3));
        EncodingOptions options =
                EncodingOptions.defaults()
                        .withMaxLength(maxLength)
                        .withTruncation(Truncation.ONLY_SECOND)
                        .withOverflow(stride);
        List<Encoding> first;
        try {
            first =
                    tokenizer.encodeAllPairs(
                            questions.stream()
                                    .map(question -> question.question().strip())
                                    .toList(),
                            questions.stream().map(Question::context).toList(),
                            options,
                            threads);
        } catch (TokenizerException e) {
            questions.forEach(question -> checkRoom(question, tokenizer, maxLength, stride));
            throw e;
        }
        for (int q = 0; q < questions.size(); q++) {
            // One that cannot be cut enough is left whole by one of the references.
            boolean cut = !first.get(q).overflow().isEmpty();
            if (cut || first.get(q).length() > maxLength) {
                checkRoom(questions.get(q), tokenizer, maxLength, stride);
            }
        }
        List<Encoding> encodings = new ArrayList<>();
        List<Integer> owners = new ArrayList<>();
        for (int q = 0; q < questions.size(); q++) {
            List<Encoding> windows = new ArrayList<>(List.of(first.get(q)));
            windows.addAll(first.get(q).overflow());
            for (Encoding window : windows) {
                encodings.add(window);
                owners.add(q);
            }
        }
        return new QuestionWindows(
                questions, encodings, owners.stream().mapToInt(Integer::intValue).toArray());
    }

    /// Every window has to hold more of the context than the next one repeats.
    private static void checkRoom(
            Question question, XlmRobertaTokenizer tokenizer, int maxLength, int stride) {
        int tokens =
                tokenizer.encode(question.question().strip(), EncodingOptions.defaults()).length();
        // <s> question </s></s> context </s>: two more than the question alone.
        if (maxLength - tokens - 2 <= stride) {
            throw question.problem(
                    ("has %d tokens, which leaves no room for the context in windows of %d tokens"
                                    + " that share %d; shorten it, or lower the stride")
                            .formatted(tokens, maxLength, stride));
        }
    }

    /// The windows as examples, without targets.
    EncodedExamples examples() {
        return new EncodedExamples(encodings.stream().map(Encoding::ids).toList(), null);
    }

    /// The windows as examples to learn from: the first and last token of the first answer that is
    /// in the context, or `<s>` for both where a window does not hold all of it.
    EncodedExamples labelled() {
        return new EncodedExamples(encodings.stream().map(Encoding::ids).toList(), targets());
    }

    /// The targets of [#labelled].
    Targets.Spans targets() {
        int[] first = new int[encodings.size()];
        int[] last = new int[encodings.size()];
        int[] lengths = new int[encodings.size()];
        for (int w = 0; w < encodings.size(); w++) {
            lengths[w] = encodings.get(w).length();
            int[] places = places(encodings.get(w), questions.get(owners[w]));
            first[w] = places[0];
            last[w] = places[1];
        }
        return new Targets.Spans(first, last, lengths);
    }

    private static int[] places(Encoding window, Question question) {
        TextSpan answer =
                question.answers().stream()
                        .filter(candidate -> candidate.isLocated())
                        .map(candidate -> candidate.span())
                        .findFirst()
                        .orElse(null);
        int from = 0;
        while (from < window.length() && window.sequenceIds()[from] != CONTEXT) {
            from++;
        }
        int to = from;
        while (to < window.length() && window.sequenceIds()[to] == CONTEXT) {
            to++;
        }
        if (answer == null
                || from == to
                || window.starts()[from] > answer.start()
                || window.ends()[to - 1] < answer.end()) {
            return new int[] {0, 0};
        }
        int first = from;
        while (first + 1 < to && window.starts()[first + 1] <= answer.start()) {
            first++;
        }
        int last = to - 1;
        while (last > from && window.ends()[last - 1] >= answer.end()) {
            last--;
        }
        return new int[] {first, Math.max(first, last)};
    }

    /// What a model says, question by question.
    ///
    /// @param logits `[windows][2 T]`: of each token the logits of start and end
    List<List<AnswerWindow>> answered(float[][] logits) {
        List<List<AnswerWindow>> byQuestion = new ArrayList<>();
        questions.forEach(question -> byQuestion.add(new ArrayList<>()));
        for (int w = 0; w < logits.length; w++) {
            byQuestion.get(owners[w]).add(window(encodings.get(w), logits[w]));
        }
        return byQuestion;
    }

    private static AnswerWindow window(Encoding encoding, float[] logits) {
        int tokens = encoding.length();
        float[] starts = new float[tokens];
        float[] ends = new float[tokens];
        boolean[] inContext = new boolean[tokens];
        for (int t = 0; t < tokens; t++) {
            starts[t] = logits[2 * t];
            ends[t] = logits[2 * t + 1];
            inContext[t] = encoding.sequenceIds()[t] == CONTEXT;
        }
        return new AnswerWindow(
                starts, ends, inContext, encoding.starts(), encoding.ends(), encoding.wordIds());
    }

    /// Mean over the windows of some questions, start and end of the cross-entropy with the labels;
    /// as in training.
    double loss(float[][] logits, Targets.Spans targets, IntPredicate wanted) {
        double sum = 0;
        int count = 0;
        for (int w = 0; w < logits.length; w++) {
            if (wanted.test(owners[w])) {
                sum += cost(logits[w], 0, targets.first()[w]);
                sum += cost(logits[w], 1, targets.last()[w]);
                count += 2;
            }
        }
        return sum / count;
    }

    private static double cost(float[] logits, int column, int label) {
        double[] column64 = new double[logits.length / 2];
        Arrays.setAll(column64, t -> logits[2 * t + column]);
        double largest = Arrays.stream(column64).max().orElseThrow();
        double sum = Arrays.stream(column64).map(x -> Math.exp(x - largest)).sum();
        return largest + Math.log(sum) - column64[label];
    }
}
