package xlmr.pipeline;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import xlmr.autograd.Gradients;
import xlmr.autograd.Ops;
import xlmr.autograd.Parameter;
import xlmr.autograd.Tape;
import xlmr.autograd.Workspace;
import xlmr.backend.AttentionShape;
import xlmr.backend.Backend;
import xlmr.checkpoint.Checkpoint;
import xlmr.checkpoint.CheckpointException;
import xlmr.model.Head;
import xlmr.model.LayerObserver;
import xlmr.model.Targets;
import xlmr.model.Task;
import xlmr.model.TaskModel;
import xlmr.model.XlmRobertaModel;
import xlmr.tensor.Shape;
import xlmr.tensor.Tensor;

/// One run of [TensorForward]: collects the outputs.
final class ForwardRun implements LayerObserver {
    private final TensorForward wanted;
    private final XlmRobertaModel encoder;
    private final PaddedInputs padded;
    private final Checkpoint inputs;
    private final Gradients parameterGradients;
    private final Tape tape;
    private final Ops ops;
    private final Map<String, Tensor> outputs = new LinkedHashMap<>();
    private final List<Tensor> layers = new ArrayList<>();

    /// @param parameters whose gradients are wanted, if any are
    ForwardRun(
            TensorForward wanted,
            Backend backend,
            XlmRobertaModel encoder,
            List<Parameter> parameters,
            PaddedInputs padded,
            Checkpoint inputs) {
        this.wanted = wanted;
        this.encoder = encoder;
        this.padded = padded;
        this.inputs = inputs;
        Workspace workspace = new Workspace(backend);
        this.parameterGradients =
                new Gradients(backend, wanted.gradients() ? parameters : List.of(), List.of());
        this.tape = new Tape(backend, workspace, parameterGradients);
        this.ops =
                wanted.gradients()
                        ? Ops.recording(backend, workspace, tape)
                        : Ops.inference(backend, workspace);
    }

    /// The encoder's outputs; where weights for them are given, their products with the outputs sum
    /// to the loss.
    Map<String, Tensor> bare() {
        Tensor hidden = hidden(); // [N, C]
        outputs.put("outputs.last_hidden_state", padded.padded(hidden)); // [B, T, C]
        Tensor pooled =
                encoder.pooler() == null
                        ? null
                        : encoder.pooler().forward(ops, hidden, padded.tokens()); // [B, C]
        if (pooled != null) {
            outputs.put("outputs.pooler_output", copy(pooled)); // [B, C]
        }
        double loss = 0;
        boolean weighted = false;
        if (inputs.contains("inputs.loss_weight_hidden")) {
            float[] weights = padded.packed(inputs.tensor("inputs.loss_weight_hidden"));
            loss += seed(hidden, weights);
            weighted = true;
        }
        if (pooled != null && inputs.contains("inputs.loss_weight_pooler")) {
            loss += seed(pooled, inputs.tensor("inputs.loss_weight_pooler").toArray());
            weighted = true;
        }
        if (weighted) {
            outputs.put("outputs.loss", Tensor.of(Shape.of(), (float) loss)); // []
        } else if (wanted.gradients()) {
            throw missing("inputs.loss_weight_hidden");
        }
        // A bare encoder's checkpoint has its names without the prefix.
        return withGradients("roberta.".length());
    }

    /// The logits of a task, and where labels are given the loss.
    Map<String, Tensor> task(TaskModel model) {
        Head head = model.head();
        Tensor hidden = hidden(); // [N, C]
        Tensor selected =
                head.readsAllLayers()
                        ? head.select(ops, layers, padded.tokens()) // [R, D]
                        : head.select(ops, hidden, padded.tokens()); // [R, C]
        Tensor logits = head.logits(ops, selected, head.rowStarts(padded.tokens())); // [R, K]
        putLogits(model.task(), logits);
        ForwardTargets labels = new ForwardTargets(inputs, padded, model);
        if (labels.present()) {
            Targets targets = labels.read();
            int[] counted = targets.countedRows();
            Tensor rows = counted == null ? logits : ops.selectRows(logits, counted); // [R, K]
            Tensor loss = targets.loss(ops, rows); // []
            outputs.put("outputs.loss", copy(loss)); // []
            if (wanted.gradients()) {
                tape.seed(loss, ops.constant(Shape.of(), 1));
            }
        } else if (wanted.gradients()) {
            throw missing(labels.name());
        }
        return withGradients(0);
    }

    private void putLogits(Task task, Tensor logits) {
        switch (task) {
            case SEQUENCE_CLASSIFICATION -> outputs.put("outputs.logits", copy(logits)); // [B, K]
            case MULTIPLE_CHOICE ->
                    outputs.put(
                            "outputs.logits",
                            copy(logits)
                                    .reshape(
                                            padded.rows() / padded.choices(),
                                            padded.choices())); // [questions, choices]
            case TOKEN_CLASSIFICATION, MASKED_LM, CAUSAL_LM ->
                    outputs.put("outputs.logits", padded.padded(logits)); // [B, T, K]
            case QUESTION_ANSWERING -> {
                outputs.put("outputs.start_logits", padded.paddedColumn(logits, 0)); // [B, T]
                outputs.put("outputs.end_logits", padded.paddedColumn(logits, 1)); // [B, T]
            }
        }
    }

    private Tensor hidden() {
        return encoder.forward(
                ops,
                padded.tokens(),
                padded.vectors(),
                padded.scope(encoder.config().numAttentionHeads(), encoder.config().isDecoder()),
                this); // [N, C]
    }

    private Map<String, Tensor> withGradients(int prefix) {
        if (wanted.gradients()) {
            tape.backward();
            parameterGradients
                    .allDense()
                    .forEach(
                            (parameter, gradient) ->
                                    outputs.put(
                                            "grad." + parameter.name().substring(prefix),
                                            copy(gradient)));
        }
        return outputs;
    }

    /// The sum of products with a result, which is also seeded with the weights.
    private double seed(Tensor result, float[] weights) {
        if (wanted.gradients()) {
            tape.seed(result, ops.constant(result.shape(), weights));
        }
        float[] values = result.toArray();
        double sum = 0;
        for (int i = 0; i < values.length; i++) {
            sum += (double) values[i] * weights[i];
        }
        return sum;
    }

    @Override
    public void hiddenStates(int layer, Tensor states) {
        layers.add(states); // [N, C]
        if (wanted.hiddenStates()) {
            outputs.put("outputs.hidden_states." + layer, padded.padded(states)); // [B, T, C]
        }
    }

    @Override
    public boolean wantsAttentions() {
        return wanted.attentions();
    }

    @Override
    public void attentions(int layer, Tensor probabilities, AttentionShape shape) {
        outputs.put(
                "outputs.attentions." + layer,
                padded.paddedAttentions(probabilities, shape)); // [B, H, T, T]
    }

    private static Tensor copy(Tensor tensor) {
        return Tensor.of(tensor.shape(), tensor.toArray()); // [as the tensor]
    }

    private CheckpointException missing(String name) {
        return new CheckpointException(
                inputs.file(inputs.names().iterator().next()).toString(),
                "--gradients needs a loss, and " + name + " is not there",
                "add it");
    }
}
