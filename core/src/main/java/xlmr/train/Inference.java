package xlmr.train;

import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import xlmr.autograd.Ops;
import xlmr.autograd.Workspace;
import xlmr.backend.Backend;
import xlmr.data.EncodedExamples;
import xlmr.data.TokenBudget;
import xlmr.data.TrainingExamples;
import xlmr.model.Targets;
import xlmr.model.TaskModel;
import xlmr.tensor.Tensor;
import xlmr.tensor.TokenBatch;

/// Runs a model over many examples without gradients, in batches of like length. Safe for many
/// threads: each call works in memory of its own, which the next one uses again.
public final class Inference {
    /// Tokens of a batch: enough for matrix products at full speed, few enough for a flat use of
    /// memory.
    static final int BATCH_TOKENS = 2048;

    private final Backend backend;
    private final TaskModel model;
    private final Consumer<TokenBatch> beforeBatch;
    private final Queue<Workspace> idle = new ConcurrentLinkedQueue<>();

    /// @param beforeBatch is shown each batch before it runs: an optimizer brings the rows up to
    ///   date
    Inference(Backend backend, TaskModel model, Consumer<TokenBatch> beforeBatch) {
        this.backend = backend;
        this.model = model;
        this.beforeBatch = beforeBatch;
    }

    /// Inference with a model at rest.
    public Inference(Backend backend, TaskModel model) {
        this(backend, model, batch -> {});
    }

    /// Logits of each example, in the order given: of the rows that its sequences have in the
    /// head's result, one after the other. `[M][R K]`
    ///
    /// @param progress is told the number of examples done
    public float[][] logits(EncodedExamples examples, IntConsumer progress) {
        return run(examples, progress, Inference::forward, true);
    }

    /// What the head reads, of each example: the vectors right before the head. `[M][R C]`
    ///
    /// @param progress is told the number of examples done
    public float[][] features(EncodedExamples examples, IntConsumer progress) {
        return run(examples, progress, (model, ops, tokens) -> model.features(ops, tokens), false);
    }

    /// Of every labelled token of each example its loss, and 1 where it is guessed right, else 0.
    /// `[M][2 R]`
    ///
    /// @param examples with [targets][xlmr.model.Targets.TokenClasses]
    /// @param progress is told the number of examples done
    public float[][] tokenLosses(EncodedExamples examples, IntConsumer progress) {
        Workspace workspace = takeWorkspace();
        float[][] results = new float[examples.size()][];
        int done = 0;
        List<int[]> batches = TokenBudget.batches(examples.lengths(), BATCH_TOKENS);
        int most = TokenBudget.mostTokens(batches, examples.lengths());
        for (int[] rows : batches) {
            TrainingExamples.Labelled batch =
                    examples.labelled(rows, 0, model.config().padTokenId());
            workspace.expect(batch.tokens().tokens(), most);
            beforeBatch.accept(batch.tokens());
            float[] losses = TokenLosses.of(model, backend, workspace, batch);
            int at = 0;
            for (int row : rows) {
                Targets targets = examples.targets(new int[] {row});
                int length = 2 * ((Targets.TokenClasses) targets).countedLabels().length;
                results[row] = Arrays.copyOfRange(losses, at, at + length);
                at += length;
            }
            workspace.reset();
            done += rows.length;
            progress.accept(done);
        }
        idle.add(workspace);
        return results;
    }

    private Workspace takeWorkspace() {
        Workspace taken = idle.poll();
        return taken == null ? new Workspace(backend) : taken;
    }

    private interface Pass {
        Tensor run(TaskModel model, Ops ops, TokenBatch tokens);
    }

    private static Tensor forward(TaskModel model, Ops ops, TokenBatch tokens) {
        return model.forward(ops, tokens); // [R, K]
    }

    /// @param ofResult whether the pass gives the rows of the head's result, not those it reads
    private float[][] run(
            EncodedExamples examples, IntConsumer progress, Pass pass, boolean ofResult) {
        Workspace workspace = takeWorkspace();
        float[][] results = new float[examples.size()][];
        List<int[]> batches = TokenBudget.batches(examples.lengths(), BATCH_TOKENS);
        int most = TokenBudget.mostTokens(batches, examples.lengths());
        int done = 0;
        for (int[] rows : batches) {
            TokenBatch tokens = examples.batch(rows, model.config().padTokenId());
            workspace.expect(tokens.tokens(), most);
            beforeBatch.accept(tokens);
            Tensor output =
                    pass.run(model, Ops.inference(backend, workspace), tokens); // [R, K or C]
            float[] values = output.toArray();
            int columns = output.size(1);
            int[] selected = model.head().rowStarts(tokens);
            int[] starts = ofResult ? model.head().resultStarts(selected) : selected;
            int sequence = 0;
            for (int row : rows) {
                int last = sequence + examples.sequencesOf(row);
                results[row] =
                        Arrays.copyOfRange(
                                values, starts[sequence] * columns, starts[last] * columns);
                sequence = last;
            }
            workspace.reset();
            done += rows.length;
            progress.accept(done);
        }
        idle.add(workspace);
        return results;
    }
}
