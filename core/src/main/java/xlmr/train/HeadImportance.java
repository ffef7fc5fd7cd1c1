package xlmr.train;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.IntConsumer;
import xlmr.autograd.Gradients;
import xlmr.autograd.Ops;
import xlmr.autograd.Parameter;
import xlmr.autograd.Tape;
import xlmr.autograd.Workspace;
import xlmr.backend.Backend;
import xlmr.data.TrainingExamples;
import xlmr.model.EncoderLayer;
import xlmr.model.PrunedHeads;
import xlmr.model.TaskModel;
import xlmr.tensor.Tensor;

/// How much each attention head does for a task: the mean over the examples of |∂L/∂ξ|, where ξ = 1
/// multiplies what the head gives and L is the loss of one example (Michel, Levy and Neubig 2019,
/// Are sixteen heads really better than one?, section 4.1). Without dropout, with the labels of the
/// examples.
///
/// A layer's output is W c + b, with the head's columns of W on the head's part of c. Multiplying
/// that part by ξ is multiplying these columns by ξ, so ∂L/∂ξ is the sum of W ∂L/∂W over them, and
/// one backward pass of one example gives it for all heads.
///
/// @param layers the heads of each layer
/// @param examples that were averaged over
public record HeadImportance(List<Layer> layers, int examples) {
    /// Copies the list.
    public HeadImportance {
        layers = List.copyOf(layers);
    }

    /// The heads that one layer has.
    ///
    /// @param heads their numbers, as they were before any was taken out; ascending
    /// @param gradients the mean of |∂L/∂ξ| of each
    public record Layer(List<Integer> heads, double[] gradients) {
        /// The gradients divided by their l2 norm within the layer, as the authors do before they
        /// compare heads of all layers; zeros stay zeros.
        public double[] importance() {
            double norm = Math.sqrt(Arrays.stream(gradients).map(value -> value * value).sum());
            return Arrays.stream(gradients).map(value -> norm == 0 ? 0 : value / norm).toArray();
        }
    }

    /// Measures a model as it is, on one example after the other.
    ///
    /// @param progress is told the number of examples done
    /// @throws IllegalArgumentException if there is no example
    /// @throws TrainingException if a gradient is no number
    public static HeadImportance of(
            TaskModel model, TrainingExamples examples, Backend backend, IntConsumer progress) {
        if (examples.size() == 0) {
            throw new IllegalArgumentException(
                    "head importance: expected at least one labelled example");
        }
        List<Parameter> outputs =
                model.encoder().layers().stream()
                        .map(layer -> layer.attentionOutput().weight())
                        .toList();
        Gradients gradients = new Gradients(backend, outputs, List.of());
        Workspace workspace = new Workspace(backend);
        List<Sums> sums = new ArrayList<>();
        for (EncoderLayer layer : model.encoder().layers()) {
            sums.add(Sums.of(layer));
        }
        for (int row = 0; row < examples.size(); row++) {
            backward(model, examples, row, new Tape(backend, workspace, gradients), workspace);
            for (int layer = 0; layer < outputs.size(); layer++) {
                Tensor gradient = gradients.dense(outputs.get(layer)); // [C, A]
                assert gradient != null;
                sums.get(layer).add(gradient.toArray());
            }
            gradients.clear();
            progress.accept(row + 1);
        }
        List<Layer> layers = new ArrayList<>();
        PrunedHeads gone = model.config().prunedHeads();
        for (int layer = 0; layer < outputs.size(); layer++) {
            layers.add(
                    new Layer(
                            gone.left(layer, model.config().numAttentionHeads()),
                            sums.get(layer).means(layer, examples.size())));
        }
        return new HeadImportance(layers, examples.size());
    }

    private static void backward(
            TaskModel model, TrainingExamples examples, int row, Tape tape, Workspace workspace) {
        TrainingExamples.Labelled batch =
                examples.labelled(new int[] {row}, 0, model.config().padTokenId());
        Ops ops = Ops.recording(tape.backend(), workspace, tape);
        Tensor selected = model.features(ops, batch.tokens()); // [R, C]
        Tensor logits = CountedLogits.of(ops, model.head(), selected, batch); // [R, K]
        tape.backward(batch.targets().loss(ops, logits), 1);
        workspace.reset();
    }

    /// What has been summed up for one layer.
    ///
    /// @param weight `[C, A]` of the output projection
    /// @param absolute `[H]` the sum of |∂L/∂ξ|
    private record Sums(float[] weight, int columns, double[] absolute) {
        static Sums of(EncoderLayer layer) {
            Tensor weight = layer.attentionOutput().weight().value(); // [C, A]
            return new Sums(
                    weight.toArray(), weight.size(1), new double[layer.attention().heads()]);
        }

        void add(float[] gradient) {
            int width = columns / absolute.length;
            double[] derivatives = new double[absolute.length];
            for (int i = 0; i < gradient.length; i++) {
                derivatives[i % columns / width] += (double) weight[i] * gradient[i];
            }
            for (int head = 0; head < absolute.length; head++) {
                absolute[head] += Math.abs(derivatives[head]);
            }
        }

        double[] means(int layer, int examples) {
            for (int head = 0; head < absolute.length; head++) {
                if (!Double.isFinite(absolute[head])) {
                    throw new TrainingException(
                            "head importance: the gradient of layer %d is %s; check the checkpoint with `inspect`"
                                    .formatted(layer, absolute[head]));
                }
            }
            return Arrays.stream(absolute).map(sum -> sum / examples).toArray();
        }
    }

    /// The least important heads of the whole model, compared by [Layer#importance]. The most
    /// important one of each layer stays.
    ///
    /// @param share of the heads that there are, rounded to a whole number
    /// @throws IllegalArgumentException if that is no head, or more than may go
    public PrunedHeads leastImportant(double share) {
        List<Candidate> candidates = new ArrayList<>();
        int all = 0;
        for (int layer = 0; layer < layers.size(); layer++) {
            candidates.addAll(candidates(layer));
            all += layers.get(layer).heads().size();
        }
        long wanted = share > 0 && share < 1 ? Math.round(share * all) : 0;
        if (wanted < 1 || wanted > candidates.size()) {
            throw new IllegalArgumentException(
                    ("heads: %s of %d heads are %d; expected 1 to %d, since one of each layer"
                                    + " stays")
                            .formatted(share, all, wanted, candidates.size()));
        }
        candidates.sort(Comparator.comparingDouble(Candidate::importance));
        SortedMap<Integer, SortedSet<Integer>> gone = new TreeMap<>();
        for (Candidate candidate : candidates.subList(0, (int) wanted)) {
            gone.computeIfAbsent(candidate.layer(), first -> new TreeSet<>()).add(candidate.head());
        }
        return new PrunedHeads(gone);
    }

    private record Candidate(int layer, int head, double importance) {}

    private List<Candidate> candidates(int layer) {
        List<Integer> heads = layers.get(layer).heads();
        double[] importance = layers.get(layer).importance();
        List<Candidate> candidates = new ArrayList<>();
        for (int i = 0; i < importance.length; i++) {
            candidates.add(new Candidate(layer, heads.get(i), importance[i]));
        }
        candidates.remove(
                candidates.stream()
                        .max(Comparator.comparingDouble(Candidate::importance))
                        .orElseThrow());
        return candidates;
    }
}
