package xlmr.pipeline;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import xlmr.autograd.Ops;
import xlmr.autograd.Workspace;
import xlmr.backend.Backend;
import xlmr.model.SequenceHead;
import xlmr.model.TaskModel;
import xlmr.model.TokenHead;
import xlmr.tensor.TokenBatch;

/// What each token of a sequence contributes to a number of a model, or the sum of some, on token
/// ids: for research, and for proof. [TextExplainer] does the same on texts.
///
/// @param backend the device
/// @param model of any task
/// @param ids `[T]` token ids
/// @param fixed `[T]` tokens that belong to every text, `<s>` and `</s>`: they are neither hidden
///   nor taken out
/// @param places of the numbers whose sum is explained
public record TokenAttribution(
        Backend backend, TaskModel model, int[] ids, boolean[] fixed, List<NumberPlace> places) {

    /// Of a head that gives one row a sequence.
    ///
    /// @param column the number of the K that is explained
    public TokenAttribution(
            Backend backend, TaskModel model, int[] ids, boolean[] fixed, int column) {
        this(backend, model, ids, fixed, List.of(NumberPlace.ofColumn(column)));
    }

    /// Checks.
    ///
    /// @throws IllegalArgumentException if there is no token or no number, or not a flag for each
    ///   token
    public TokenAttribution {
        places = List.copyOf(places);
        if (places.isEmpty()) {
            throw new IllegalArgumentException("attribution: expected a number to explain");
        }
        if (ids.length == 0 || ids.length != fixed.length) {
            throw new IllegalArgumentException(
                    "attribution: expected a flag for each of at least one token, found %d for %d"
                            .formatted(fixed.length, ids.length));
        }
    }

    /// An integral of gradients.
    ///
    /// @param scores `[T]`
    /// @param start the number without content
    /// @param end the number of the sequence itself: the scores should sum to end - start
    /// @param steps gradients that were computed
    public record Integrated(double[] scores, double start, double end, int steps) {}

    /// The word vector of a token. `[C]`
    public float[] wordVector(int id) {
        return pass().vectors(new int[] {id});
    }

    /// The gradient with respect to the word vectors, integrated from a sequence without content to
    /// this one, times the difference of the two (Sundararajan et al., "Axiomatic Attribution for
    /// Deep Networks", 2017).
    ///
    /// @param content `[C]` word vector in the place of every token that is not fixed
    /// @param limit most gradients to compute; as few are as make the scores add up within 1 %
    public Integrated integratedGradients(float[] content, int limit) {
        WordVectorPass pass = pass();
        float[] end = pass.vectors(ids);
        float[] start = end.clone();
        for (int t = 0; t < ids.length; t++) {
            if (!fixed[t]) {
                System.arraycopy(content, 0, start, t * content.length, content.length);
            }
        }
        PathIntegral integral = PathIntegral.of(new StraightPath(pass, start, end), limit);
        return new Integrated(
                integral.tokens(), integral.start(), integral.end(), integral.steps());
    }

    /// The straight way from one set of word vectors `[T C]` to another.
    private record StraightPath(WordVectorPass pass, float[] start, float[] end)
            implements PathIntegral.Path {
        @Override
        public double[] values(double[] places) {
            return pass.run(between(places), false).values();
        }

        @Override
        public double[][] slopes(double[] places) {
            float[][] gradients = pass.run(between(places), true).gradients();
            double[][] slopes = new double[places.length][];
            for (int i = 0; i < places.length; i++) {
                slopes[i] = products(gradients[i], start, end, pass.columns());
            }
            return slopes;
        }

        private List<float[]> between(double[] places) {
            List<float[]> versions = new ArrayList<>();
            for (double place : places) {
                float[] version = new float[end.length];
                for (int i = 0; i < end.length; i++) {
                    version[i] = (float) (start[i] + place * ((double) end[i] - start[i]));
                }
                versions.add(version);
            }
            return versions;
        }
    }

    /// The gradient with respect to each word vector times that vector. `[T]`
    public double[] gradientTimesInput() {
        WordVectorPass pass = pass();
        float[] own = pass.vectors(ids);
        float[] gradient = pass.run(List.of(own), true).gradients()[0];
        return products(gradient, new float[own.length], own, pass.columns());
    }

    /// Of each token the sum over its vector of gradient times (end - start). `[T]`
    private static double[] products(float[] gradient, float[] start, float[] end, int columns) {
        double[] sums = new double[end.length / columns];
        for (int i = 0; i < end.length; i++) {
            sums[i / columns] += gradient[i] * ((double) end[i] - start[i]);
        }
        return sums;
    }

    /// By how much the number falls when a token is hidden, each in turn. `[T]`
    ///
    /// @param hiding the id that takes a token's place, `<mask>`
    /// @param logits runs the model: sequences of ids to rows of numbers `[M][R K]`
    public double[] occlusion(int hiding, Function<List<int[]>, float[][]> logits) {
        List<int[]> versions = new ArrayList<>(List.of(ids));
        List<Integer> hidden = new ArrayList<>();
        for (int t = 0; t < ids.length; t++) {
            if (!fixed[t]) {
                int[] version = ids.clone();
                version[t] = hiding;
                versions.add(version);
                hidden.add(t);
            }
        }
        float[][] rows = logits.apply(versions);
        double[] scores = new double[ids.length];
        for (int i = 0; i < hidden.size(); i++) {
            for (NumberPlace place : places) {
                int index = place.index(columns(rows[0].length));
                scores[hidden.get(i)] += (double) rows[0][index] - rows[i + 1][index];
            }
        }
        return scores;
    }

    /// K, of a head that gives R rows of K numbers a sequence.
    private int columns(int numbers) {
        return switch (model.task()) {
            case SEQUENCE_CLASSIFICATION, MULTIPLE_CHOICE -> numbers;
            case TOKEN_CLASSIFICATION, QUESTION_ANSWERING, MASKED_LM, CAUSAL_LM ->
                    numbers / ids.length;
        };
    }

    private WordVectorPass pass() {
        return new WordVectorPass(backend, model, ids, places);
    }

    /// The share of each token in what the head reads, if half of each layer passes by and half
    /// goes where its attention goes: of `<s>` where the head reads `<s>` alone, of the tokens
    /// whose numbers are explained where it reads each token, else the mean over all tokens. `[T]`,
    /// sums to 1
    public double[] attentionRollout() {
        Ops ops = Ops.inference(backend, new Workspace(backend));
        TokenBatch tokens = TokenBatch.of(List.of(ids), model.config().padTokenId());
        return AttentionRollout.of(model, ops, tokens, rowsRead());
    }

    private int[] rowsRead() {
        return switch (model.head()) {
            case SequenceHead first -> new int[] {0};
            case TokenHead each -> places.stream().mapToInt(NumberPlace::row).toArray();
            default -> IntStream.range(0, ids.length).toArray();
        };
    }
}
