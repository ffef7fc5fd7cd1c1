package xlmr.train;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;
import xlmr.autograd.Ops;
import xlmr.autograd.Workspace;
import xlmr.backend.Backend;
import xlmr.data.EncodedExamples;
import xlmr.data.TokenBudget;
import xlmr.model.Head;
import xlmr.model.XlmRobertaModel;
import xlmr.tensor.Tensor;
import xlmr.tensor.TokenBatch;

/// Several heads on one encoder, which runs once for all of them.
///
/// @param encoder below the heads
/// @param heads that give each sequence one row
public record JointInference(Backend backend, XlmRobertaModel encoder, List<Head> heads) {
    /// Copies the list.
    public JointInference {
        heads = List.copyOf(heads);
    }

    /// Logits of each example in the order given, of each head: the same bits as those of a model
    /// with this head alone. `[heads][M][K]`
    ///
    /// @param examples of one sequence each
    /// @param progress is told the number of examples done
    public List<float[][]> logits(EncodedExamples examples, IntConsumer progress) {
        List<float[][]> results = new ArrayList<>();
        heads.forEach(head -> results.add(new float[examples.size()][]));
        Workspace workspace = new Workspace(backend);
        Ops ops = Ops.inference(backend, workspace);
        boolean allLayers = heads.stream().anyMatch(Head::readsAllLayers);
        int padId = encoder.config().padTokenId();
        int done = 0;
        for (int[] rows : TokenBudget.batches(examples.lengths(), Inference.BATCH_TOKENS)) {
            TokenBatch tokens = examples.batch(rows, padId);
            List<Tensor> layers =
                    allLayers
                            ? encoder.hiddenStates(ops, tokens)
                            : List.of(encoder.forward(ops, tokens)); // the last one [N, C]
            for (int h = 0; h < heads.size(); h++) {
                float[] logits = logits(ops, heads.get(h), layers, tokens);
                int columns = logits.length / rows.length;
                for (int i = 0; i < rows.length; i++) {
                    results.get(h)[rows[i]] =
                            Arrays.copyOfRange(logits, i * columns, (i + 1) * columns);
                }
            }
            workspace.reset();
            done += rows.length;
            progress.accept(done);
        }
        return results;
    }

    private static float[] logits(Ops ops, Head head, List<Tensor> layers, TokenBatch tokens) {
        Tensor selected = head.select(ops, layers, tokens); // [R, C]
        return head.logits(ops, selected, head.rowStarts(tokens)).toArray(); // [B, K]
    }
}
