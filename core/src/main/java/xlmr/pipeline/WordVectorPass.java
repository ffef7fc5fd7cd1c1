package xlmr.pipeline;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import xlmr.autograd.EmbeddingRows;
import xlmr.autograd.Gradients;
import xlmr.autograd.Ops;
import xlmr.autograd.Tape;
import xlmr.autograd.Workspace;
import xlmr.backend.Backend;
import xlmr.model.Head;
import xlmr.model.LayerObserver;
import xlmr.model.TaskModel;
import xlmr.tensor.Shape;
import xlmr.tensor.Tensor;
import xlmr.tensor.TokenBatch;

/// Runs a classifier on word vectors in place of the tokens' own, several versions of one text at a
/// time, and gives the gradient of some of its numbers with respect to them. Owned by one thread.
final class WordVectorPass {
    /// Tokens of a batch: what is saved for the backward pass grows with them.
    private static final int BATCH_TOKENS = 1024;

    private final Backend backend;
    private final TaskModel model;
    private final int[] ids;
    private final List<NumberPlace> places;
    private final Workspace workspace;

    /// @param ids `[T]` of the text: positions follow from them
    /// @param places of the numbers whose sum is looked at
    WordVectorPass(Backend backend, TaskModel model, int[] ids, List<NumberPlace> places) {
        this.backend = backend;
        this.model = model;
        this.ids = ids;
        this.places = places;
        this.workspace = new Workspace(backend);
    }

    /// What came of several versions of the text.
    ///
    /// @param values the sum of each
    /// @param gradients `[versions][T C]` of the sum with respect to the word vectors; empty if
    ///   they were not asked for
    record Result(double[] values, float[][] gradients) {}

    /// Columns of a word vector.
    int columns() {
        return model.config().hiddenSize();
    }

    /// The word vectors of tokens. `[T C]`
    float[] vectors(int[] tokens) {
        EmbeddingRows rows = new EmbeddingRows(model.encoder().embeddings().word(), tokens, -1);
        float[] vectors =
                Ops.inference(backend, workspace).embeddingSum(List.of(rows)).toArray(); // [T, C]
        workspace.reset();
        return vectors;
    }

    /// Runs.
    ///
    /// @param versions word vectors of each version `[T C]`
    Result run(List<float[]> versions, boolean wantGradients) {
        int most = Math.max(1, BATCH_TOKENS / ids.length);
        double[] values = new double[versions.size()];
        float[][] gradients = new float[wantGradients ? values.length : 0][];
        for (int from = 0; from < values.length; from += most) {
            int to = Math.min(values.length, from + most);
            batch(versions.subList(from, to), from, values, gradients);
            workspace.reset();
        }
        return new Result(values, gradients);
    }

    private void batch(List<float[]> versions, int from, double[] values, float[][] gradients) {
        boolean wantGradients = gradients.length > 0;
        int count = versions.size();
        int size = ids.length * columns();
        float[] packed = new float[count * size];
        for (int i = 0; i < count; i++) {
            System.arraycopy(versions.get(i), 0, packed, i * size, size);
        }
        TokenBatch tokens =
                TokenBatch.of(Collections.nCopies(count, ids), model.config().padTokenId());
        Tape tape = new Tape(backend, workspace, Gradients.none(backend));
        Ops ops =
                wantGradients
                        ? Ops.recording(backend, workspace, tape)
                        : Ops.inference(backend, workspace);
        Shape shape = Shape.of(count * ids.length, columns());
        Tensor vectors = ops.constant(shape, packed); // [N, C]
        if (wantGradients) {
            tape.watch(vectors);
        }
        Tensor logits = logits(ops, tokens, vectors); // [B R, K]
        float[] numbers = logits.toArray();
        int each = numbers.length / count;
        for (int i = 0; i < count; i++) {
            for (NumberPlace place : places) {
                values[from + i] += numbers[i * each + place.index(logits.size(1))];
            }
        }
        if (!wantGradients) {
            return;
        }
        float[] chosen = new float[numbers.length];
        for (int i = 0; i < count; i++) {
            for (NumberPlace place : places) {
                chosen[i * each + place.index(logits.size(1))] += 1;
            }
        }
        tape.seed(logits, ops.constant(logits.shape(), chosen)); // [B R, K]
        tape.backward();
        Tensor gradient = tape.gradient(vectors); // [N, C]
        if (gradient == null) {
            throw new AssertionError("a watched tensor has a gradient");
        }
        float[] all = gradient.toArray();
        for (int i = 0; i < count; i++) {
            gradients[from + i] = Arrays.copyOfRange(all, i * size, (i + 1) * size);
        }
    }

    private Tensor logits(Ops ops, TokenBatch tokens, Tensor vectors) {
        List<Tensor> layers = new ArrayList<>();
        LayerObserver collector =
                new LayerObserver() {
                    @Override
                    public void hiddenStates(int layer, Tensor states) {
                        layers.add(states); // [N, C]
                    }
                };
        Head head = model.head();
        Tensor hidden = model.encoder().forward(ops, tokens, vectors, collector); // [N, C]
        Tensor selected =
                head.readsAllLayers()
                        ? head.select(ops, layers, tokens) // [R, D]
                        : head.select(ops, hidden, tokens); // [R, C]
        return head.logits(ops, selected, head.rowStarts(tokens)); // [B R, K]
    }
}
