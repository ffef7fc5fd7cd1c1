package xlmr.autograd;

import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import xlmr.backend.Activation;
import xlmr.backend.AttentionShape;
import xlmr.backend.Backend;
import xlmr.backend.CrossEntropy;
import xlmr.backend.DropoutMask;
import xlmr.backend.SegmentLabels;
import xlmr.backend.SegmentReduction;
import xlmr.tensor.Shape;
import xlmr.tensor.Tensor;

/// The operations a model is written in. They check shapes, run on a backend and, if something
/// trainable is involved, leave a record on the tape: the same code serves inference and training.
///
/// Results live in the workspace until [Workspace#reset] or their [#scope] ends. Owned by one
/// thread.
public final class Ops {
    private final Backend backend;
    final Workspace workspace;
    final @Nullable Tape tape;
    final DropoutMasks masks;
    final KeptActivations kept;

    private Ops(
            Backend backend,
            Workspace workspace,
            @Nullable Tape tape,
            DropoutMasks masks,
            KeptActivations kept) {
        this.backend = backend;
        this.workspace = workspace;
        this.tape = tape;
        this.masks = masks;
        this.kept = kept;
    }

    /// Operations without gradients and without dropout.
    public static Ops inference(Backend backend, Workspace workspace) {
        return new Ops(backend, workspace, null, DropoutMasks.none(), KeptActivations.FLOAT32);
    }

    /// Operations recorded on a tape, without dropout: gradients of the model as it predicts.
    public static Ops recording(Backend backend, Workspace workspace, Tape tape) {
        return new Ops(backend, workspace, tape, DropoutMasks.none(), KeptActivations.FLOAT32);
    }

    /// Operations recorded on a tape, with dropout.
    ///
    /// @param seed of the run
    /// @param step counts micro-batches; with the seed and the ordinal of the dropout it decides
    ///   the masks
    public static Ops training(
            Backend backend, Workspace workspace, Tape tape, long seed, long step) {
        return new Ops(
                backend, workspace, tape, DropoutMasks.of(seed, step), KeptActivations.FLOAT32);
    }

    /// The same, with what is kept of each [Stretch].
    public Ops keeping(KeptActivations activations) {
        return new Ops(backend, workspace, tape, masks, activations);
    }

    /// The same operations onto another tape.
    Ops on(Tape other, DropoutMasks drawn) {
        return new Ops(backend, workspace, other, drawn, KeptActivations.FLOAT32);
    }

    /// The device.
    public Backend backend() {
        return backend;
    }

    /// A tensor in the workspace with these values.
    public Tensor constant(Shape shape, float... values) {
        Tensor tensor = workspace.take(shape); // [as asked]
        backend.write(values, tensor);
        return tensor;
    }

    /// A tensor of zeros in the workspace.
    public Tensor zeros(int... sizes) {
        Tensor tensor = take(sizes); // [as asked]
        backend.fill(tensor, 0);
        return tensor;
    }

    /// Runs `body` and takes back the memory of all it made but its result; not if it recorded an
    /// operation, since the backward pass needs what was saved.
    public Tensor scope(Supplier<Tensor> body) {
        int recorded = tape == null ? 0 : tape.size();
        int mark = workspace.mark();
        Tensor result = body.get();
        if (tape == null || tape.size() == recorded) {
            workspace.releaseSince(mark, result);
        }
        return result;
    }

    /// input weightᵀ + bias. `[N, in] x [out, in] -> [N, out]`
    public Tensor linear(Tensor input, Parameter weight, @Nullable Parameter bias) {
        LinearNode.check(input, weight, bias);
        Tensor output = take(input.shape().rows(), weight.shape().size(0)); // [N, out]
        backend.linear(input, weight.value(), bias == null ? null : bias.value(), output);
        if (records(input) || wants(weight) || (bias != null && wants(bias))) {
            record(new LinearNode(input, weight, bias, output));
        }
        return output;
    }

    /// Scaled dot-product attention within each sequence and head, with dropout of the
    /// probabilities. `[N, C], [M, C], [M, C] -> [N, C]`
    public Tensor attention(
            Tensor query, Tensor key, Tensor value, AttentionShape shape, float dropout) {
        expect("attention", "query", query.shape(), shape.tokens(), query.size(-1));
        expect("attention", "key", key.shape(), shape.keyTokens(), query.size(-1));
        expect("attention", "value", value.shape(), shape.keyTokens(), query.size(-1));
        if (shape.heads() <= 0 || query.size(1) % shape.heads() != 0) {
            throw new IllegalArgumentException(
                    "attention: %d columns do not divide into %d heads"
                            .formatted(query.size(1), shape.heads()));
        }
        DropoutMask mask = masks.next(dropout, shape.tokens(), shape.heads());
        Tensor output = take(query.shape().sizes()); // [N, C]
        Tensor logSumExp = take(shape.tokens(), shape.heads()); // [N, H]
        backend.attention(query, key, value, shape, mask, output, logSumExp);
        if (records(query) || records(key) || records(value)) {
            record(new AttentionNode(query, key, value, shape, mask, output, logSumExp));
        }
        return output;
    }

    /// The probabilities of [#attention], without dropout and without gradient: per sequence `[H,
    /// queries, keys]`.
    public Tensor attentionProbabilities(Tensor query, Tensor key, AttentionShape shape) {
        expect("attentionProbabilities", "key", key.shape(), shape.keyTokens(), query.size(-1));
        Tensor output = take(shape.probabilities()); // [sum of H queries keys]
        backend.attentionProbabilities(query, key, shape, output);
        return output;
    }

    /// (input - mean) / √(variance + ε) weight + bias, row by row. `[N, C] -> [N, C]`
    public Tensor layerNorm(Tensor input, Parameter weight, Parameter bias, float epsilon) {
        expect("layerNorm", "weight", weight.shape(), input.size(-1));
        expect("layerNorm", "bias", bias.shape(), input.size(-1));
        int rows = input.shape().rows();
        Tensor output = take(input.shape().sizes()); // [N, C]
        Tensor mean = take(rows); // [N]
        Tensor rstd = take(rows); // [N]
        backend.layerNorm(input, weight.value(), bias.value(), epsilon, output, mean, rstd);
        if (records(input) || wants(weight) || wants(bias)) {
            record(new LayerNormNode(input, weight, bias, output, mean, rstd));
        }
        return output;
    }

    /// The sum of rows of several tables: word, position and token type embeddings. `-> [N, C]`
    public Tensor embeddingSum(List<EmbeddingRows> lookUps) {
        return embeddingSum(null, lookUps);
    }

    /// As [#embeddingSum(List)], added to vectors that the caller has.
    ///
    /// @param start `[N, C]` or null
    public Tensor embeddingSum(@Nullable Tensor start, List<EmbeddingRows> lookUps) {
        EmbeddingRows first = lookUps.getFirst();
        int columns = first.table().shape().size(1);
        for (EmbeddingRows lookUp : lookUps) {
            lookUp.check(first.rows().length, columns);
        }
        Tensor output = take(first.rows().length, columns); // [N, C]
        if (start == null) {
            backend.gatherRows(first.table().value(), first.rows(), output);
        } else {
            expect("embeddingSum", "start", start.shape(), output.shape().sizes());
            backend.fill(output, 0);
            backend.addScaled(start, 1, output);
            backend.addGatheredRows(first.table().value(), first.rows(), output);
        }
        for (EmbeddingRows lookUp : lookUps.subList(1, lookUps.size())) {
            backend.addGatheredRows(lookUp.table().value(), lookUp.rows(), output);
        }
        boolean wanted = lookUps.stream().anyMatch(lookUp -> wants(lookUp.table()));
        if (wanted || (start != null && records(start))) {
            record(new EmbeddingSumNode(start, lookUps, output));
        }
        return output;
    }

    /// Rows of a tensor. `[N, C] -> [M, C]`
    public Tensor selectRows(Tensor input, int[] rows) {
        for (int row : rows) {
            if (row < 0 || row >= input.size(0)) {
                throw new IllegalArgumentException(
                        "selectRows: row %d of %s".formatted(row, input.shape()));
            }
        }
        Tensor output = take(rows.length, input.size(1)); // [M, C]
        backend.gatherRows(input, rows, output);
        if (records(input)) {
            record(new SelectRowsNode(input, rows, output));
        }
        return output;
    }

    /// The mean or the max of each segment's rows, such as the tokens of a sequence. `[N, C] -> [B,
    /// C]`
    ///
    /// @param starts `[B + 1]` where each segment begins, and N
    public Tensor reduceSegments(SegmentReduction reduction, Tensor input, int[] starts) {
        ReduceSegmentsNode.check(input, starts);
        Tensor output = take(starts.length - 1, input.size(1)); // [B, C]
        backend.reduceSegments(reduction, input, starts, output);
        if (records(input)) {
            record(new ReduceSegmentsNode(reduction, input, starts, output));
        }
        return output;
    }

    /// An element-wise function.
    public Tensor activation(Activation function, Tensor input) {
        Tensor output = take(input.shape().sizes()); // [as the input]
        backend.activation(function, input, output);
        if (records(input)) {
            record(new ActivationNode(function, input, output));
        }
        return output;
    }

    /// left + right, of equal shapes.
    public Tensor add(Tensor left, Tensor right) {
        return addScaled(left, 1, right); // [as left]
    }

    /// left + factor right, of equal shapes.
    public Tensor addScaled(Tensor left, float factor, Tensor right) {
        expect("add", "right", right.shape(), left.shape().sizes());
        Tensor output = zeros(left.shape().sizes()); // [as left]
        backend.addScaled(left, 1, output);
        backend.addScaled(right, factor, output);
        if (records(left) || records(right)) {
            record(new AddNode(left, factor, right, output));
        }
        return output;
    }

    /// left right by element, of equal shapes.
    public Tensor multiply(Tensor left, Tensor right) {
        expect("multiply", "right", right.shape(), left.shape().sizes());
        Tensor output = take(left.shape().sizes()); // [as left]
        backend.multiply(left, right, output);
        if (records(left) || records(right)) {
            record(new MultiplyNode(left, right, output));
        }
        return output;
    }

    /// Dropout in training, the input itself otherwise.
    public Tensor dropout(Tensor input, float probability) {
        DropoutMask mask = masks.next(probability, input);
        if (!mask.isActive()) {
            return input;
        }
        Tensor output = take(input.shape().sizes()); // [as the input]
        backend.dropout(input, mask, output);
        if (records(input)) {
            record(new DropoutNode(input, mask, output));
        }
        return output;
    }

    /// dropout(input) + residual, of equal shapes. The input's memory is taken back: nothing else
    /// may read it.
    public Tensor addDropped(Tensor input, float probability, Tensor residual) {
        expect("addDropped", "residual", residual.shape(), input.shape().sizes());
        DropoutMask mask = masks.next(probability, input);
        Tensor output = take(input.shape().sizes()); // [as the input]
        if (mask.isActive()) {
            backend.dropout(input, mask, output);
            backend.add(output, residual, output);
        } else {
            backend.add(input, residual, output);
        }
        if (records(input) || records(residual)) {
            record(new AddDroppedNode(input, mask, residual, output));
        }
        workspace.release(input);
        return output;
    }

    /// Softmax over the last axis.
    public Tensor softmax(Tensor input) {
        Tensor output = take(input.shape().sizes()); // [as the input]
        backend.softmax(input, output);
        if (records(input)) {
            record(new SoftmaxNode(input, output));
        }
        return output;
    }

    /// Logarithm of the softmax over the last axis.
    public Tensor logSoftmax(Tensor input) {
        Tensor output = take(input.shape().sizes()); // [as the input]
        backend.logSoftmax(input, output);
        if (records(input)) {
            record(new LogSoftmaxNode(input, output));
        }
        return output;
    }

    /// Mean cross-entropy. `[N, K] -> []`
    public Tensor crossEntropy(Tensor logits, CrossEntropy target) {
        int classes = logits.size(-1);
        expect("crossEntropy", "logits", logits.shape(), target.labels().length, classes);
        for (int row = 0; row < target.labels().length; row++) {
            int label = target.labels()[row];
            if (label != target.ignoreIndex() && (label < 0 || label >= classes)) {
                throw new IllegalArgumentException(
                        "crossEntropy: label %d of row %d is not one of 0..%d"
                                .formatted(label, row, classes - 1));
            }
        }
        Tensor loss = take(); // []
        backend.crossEntropy(logits, target, loss);
        if (records(logits)) {
            record(new CrossEntropyNode(logits, target, loss));
        }
        return loss;
    }

    /// Mean cross-entropy of softmaxes down the rows of segments. `[N, K] -> []`
    public Tensor segmentCrossEntropy(Tensor logits, SegmentLabels target) {
        expect("segmentCrossEntropy", "logits", logits.shape(), target.rows(), target.columns());
        Tensor loss = take(); // []
        backend.segmentCrossEntropy(logits, target, loss);
        if (records(logits)) {
            record(new SegmentCrossEntropyNode(logits, target, loss));
        }
        return loss;
    }

    /// Mean binary cross-entropy of σ(logits) with labels in [0, 1]. `[N, K], [N, K] -> []`
    public Tensor binaryCrossEntropy(Tensor logits, Tensor labels) {
        expect("binaryCrossEntropy", "labels", labels.shape(), logits.shape().sizes());
        Tensor loss = take(); // []
        backend.binaryCrossEntropy(logits, labels, loss);
        if (records(logits)) {
            record(new BinaryCrossEntropyNode(logits, labels, loss));
        }
        return loss;
    }

    /// Mean squared error. `[N, K], [N, K] -> []`
    public Tensor meanSquaredError(Tensor predictions, Tensor labels) {
        expect("meanSquaredError", "labels", labels.shape(), predictions.shape().sizes());
        Tensor loss = take(); // []
        backend.meanSquaredError(predictions, labels, loss);
        if (records(predictions)) {
            record(new MeanSquaredErrorNode(predictions, labels, loss));
        }
        return loss;
    }

    Tensor take(int... sizes) {
        return workspace.take(Shape.of(sizes)); // [sizes]
    }

    boolean records(Tensor input) {
        return tape != null && tape.tracks(input);
    }

    boolean wants(Parameter parameter) {
        return tape != null && tape.parameters().wants(parameter);
    }

    void record(Node node) {
        if (tape != null) {
            tape.record(node);
        }
    }

    static void expect(String operation, String operand, Shape found, int... expected) {
        if (!Arrays.equals(found.sizes(), expected)) {
            throw new IllegalArgumentException(
                    "%s: expected %s of shape %s, found %s"
                            .formatted(operation, operand, Arrays.toString(expected), found));
        }
    }
}
