package xlmr.train;

import java.util.function.Consumer;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import xlmr.autograd.Ops;
import xlmr.autograd.Workspace;
import xlmr.backend.Backend;
import xlmr.data.EncodedExamples;
import xlmr.data.TrainingExamples;
import xlmr.model.TaskModel;
import xlmr.tensor.Tensor;
import xlmr.tensor.TokenBatch;

/// What the head reads of the examples: of the encoder as it is now or, where the encoder never
/// changes, features that are computed once and kept.
final class HeadInputs {
    private final Backend backend;
    private final TaskModel model;
    private final Inference inference;
    private final Workspace workspace;
    private final TrainingListener listener;
    private final boolean encoderFrozen;
    private final int heads;
    private final FrozenFeatures features;
    private final Consumer<TokenBatch> beforeBatch;

    /// @param heads that share the memory for features
    /// @param features of earlier runs with the same encoder and kind of head
    /// @param beforeBatch is shown each batch before it runs: an optimizer brings its rows up to
    ///   date
    HeadInputs(
            Backend backend,
            TaskModel model,
            Workspace workspace,
            TrainingListener listener,
            boolean encoderFrozen,
            int heads,
            FrozenFeatures features,
            Consumer<TokenBatch> beforeBatch) {
        this.backend = backend;
        this.model = model;
        this.workspace = workspace;
        this.listener = listener;
        this.encoderFrozen = encoderFrozen;
        this.heads = heads;
        this.features = features;
        this.beforeBatch = beforeBatch;
        this.inference = new Inference(backend, model, beforeBatch);
    }

    /// Gives what the head reads of a batch.
    interface Source {
        /// @param rows the examples of the batch
        /// @param tokens the batch
        Tensor selected(Ops ops, int[] rows, TokenBatch tokens);
    }

    /// Whether the encoder never changes.
    boolean encoderFrozen() {
        return encoderFrozen;
    }

    /// Features of all examples, if they never change and there is room for them; else null.
    @Nullable KeptFeatures kept(TrainingExamples training) {
        return encoderFrozen && training instanceof EncodedExamples unchanging && fits(unchanging)
                ? keep(unchanging, done -> listener.featuresComputed(done, training.size()))
                : null;
    }

    /// Where training gets them from.
    ///
    /// @param kept null where they are computed for each batch
    Source of(@Nullable KeptFeatures kept) {
        if (kept != null) {
            return (ops, rows, tokens) -> kept.select(ops, rows); // [R, C]
        }
        if (encoderFrozen) {
            // Without dropout, as if the features had been kept.
            return (ops, rows, tokens) ->
                    model.features(Ops.inference(backend, workspace), tokens); // [R, C]
        }
        return (ops, rows, tokens) -> {
            beforeBatch.accept(tokens);
            return model.features(ops, tokens); // [R, C]
        };
    }

    /// Whether the features of some examples may be kept; if not, it is said.
    boolean fits(EncodedExamples examples) {
        long bytes = KeptFeatures.bytes(model, examples);
        boolean fits = bytes <= Runtime.getRuntime().maxMemory() / 3 / heads;
        if (!fits) {
            listener.featuresTooLarge(bytes);
        }
        return fits;
    }

    /// Computes features to keep.
    KeptFeatures keep(EncodedExamples examples, IntConsumer progress) {
        int columns = model.head().selectedColumns(model.config().hiddenSize());
        float[][] rows =
                features.of(
                        examples,
                        missing -> {
                            int before = examples.size() - missing.size();
                            return inference()
                                    .features(missing, done -> progress.accept(before + done));
                        });
        return new KeptFeatures(rows, columns);
    }

    /// The model as it is now, without gradients.
    Inference inference() {
        return inference;
    }
}
