package xlmr.pipeline;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import xlmr.autograd.Gradients;
import xlmr.autograd.Ops;
import xlmr.autograd.Parameter;
import xlmr.autograd.Tape;
import xlmr.autograd.Workspace;
import xlmr.backend.AttentionShape;
import xlmr.backend.Backend;
import xlmr.checkpoint.Checkpoint;
import xlmr.checkpoint.CheckpointException;
import xlmr.model.LayerObserver;
import xlmr.model.ModelLoader;
import xlmr.model.ProblemType;
import xlmr.model.SequenceClassifier;
import xlmr.model.Targets;
import xlmr.model.XlmRobertaConfig;
import xlmr.model.XlmRobertaModel;
import xlmr.tensor.Shape;
import xlmr.tensor.Tensor;

/// Tensors in, tensors out: runs a model on token ids that another program made, for research and
/// for proof.
///
/// Inputs are `inputs.input_ids` and what else the reference's forward method takes, padded.
/// Outputs have the reference's names: `outputs.last_hidden_state`, `outputs.pooler_output`,
/// `outputs.logits`, `outputs.loss`, `outputs.hidden_states.i`, `outputs.attentions.i` and
/// `grad.<parameter>`, padded, and 0 where the mask is 0.
///
/// @param hiddenStates whether every layer's output is wanted
/// @param attentions whether the attention probabilities are wanted
/// @param gradients whether the gradient of every parameter is wanted; needs `inputs.labels`, or
///   for a bare encoder `inputs.loss_weight_hidden` and perhaps `inputs.loss_weight_pooler`, whose
///   products with the outputs sum to the loss
public record TensorForward(boolean hiddenStates, boolean attentions, boolean gradients) {
    /// Runs the model of a directory without dropout.
    ///
    /// @return outputs by name
    /// @throws CheckpointException if the inputs do not fit the model
    public Map<String, Tensor> run(Path directory, Checkpoint inputs, Backend backend) {
        XlmRobertaConfig config = XlmRobertaConfig.read(directory.resolve("config.json"));
        PaddedInputs padded = PaddedInputs.read(inputs, config.padTokenId());
        boolean bare =
                config.architectures().stream().noneMatch(name -> name.contains("Classification"));
        var trainable = gradients ? ModelLoader.ALL : ModelLoader.FROZEN;
        if (bare) {
            XlmRobertaModel encoder = ModelLoader.encoder(directory, trainable).model();
            return new Run(backend, encoder, null, padded, inputs).run();
        }
        SequenceClassifier classifier =
                ModelLoader.sequenceClassifier(directory, null, trainable, 0).model();
        return new Run(backend, classifier.encoder(), classifier, padded, inputs).run();
    }

    private final class Run implements LayerObserver {
        private final Backend backend;
        private final XlmRobertaModel encoder;
        private final @Nullable SequenceClassifier classifier;
        private final PaddedInputs padded;
        private final Checkpoint inputs;
        private final Workspace workspace;
        private final Gradients parameterGradients;
        private final Tape tape;
        private final Ops ops;
        private final Map<String, Tensor> outputs = new LinkedHashMap<>();

        Run(
                Backend backend,
                XlmRobertaModel encoder,
                @Nullable SequenceClassifier classifier,
                PaddedInputs padded,
                Checkpoint inputs) {
            this.backend = backend;
            this.encoder = encoder;
            this.classifier = classifier;
            this.padded = padded;
            this.inputs = inputs;
            this.workspace = new Workspace(backend);
            List<Parameter> parameters =
                    classifier == null ? encoder.parameters() : classifier.parameters();
            this.parameterGradients =
                    new Gradients(backend, gradients ? parameters : List.of(), List.of());
            this.tape = new Tape(backend, workspace, parameterGradients);
            this.ops =
                    gradients
                            ? Ops.recording(backend, workspace, tape)
                            : Ops.inference(backend, workspace);
        }

        Map<String, Tensor> run() {
            Tensor hidden = encoder.forward(ops, padded.tokens(), padded.vectors(), this); // [N, C]
            if (classifier == null) {
                bare(hidden);
            } else {
                classify(classifier, hidden);
            }
            if (gradients) {
                tape.backward();
                parameterGradients
                        .allDense()
                        .forEach(
                                (parameter, gradient) ->
                                        outputs.put(
                                                "grad." + storedName(parameter), copy(gradient)));
            }
            return outputs;
        }

        private void bare(Tensor hidden) {
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
            } else if (gradients) {
                throw missing("inputs.loss_weight_hidden");
            }
        }

        /// The sum of products with a result, which is also seeded with the weights.
        private double seed(Tensor result, float[] weights) {
            if (gradients) {
                tape.seed(result, ops.constant(result.shape(), weights));
            }
            float[] values = result.toArray();
            double sum = 0;
            for (int i = 0; i < values.length; i++) {
                sum += (double) values[i] * weights[i];
            }
            return sum;
        }

        private void classify(SequenceClassifier model, Tensor hidden) {
            Tensor selected = model.head().select(ops, hidden, padded.tokens()); // [B, C]
            Tensor logits = model.head().logits(ops, selected); // [B, K]
            outputs.put("outputs.logits", copy(logits)); // [B, K]
            if (inputs.contains("inputs.labels")) {
                Tensor loss = targets(model.config()).loss(ops, logits); // []
                outputs.put("outputs.loss", copy(loss)); // []
                if (gradients) {
                    tape.seed(loss, ops.constant(Shape.of(), 1));
                }
            } else if (gradients) {
                throw missing("inputs.labels");
            }
        }

        /// Labels as the reference takes them, by the problem type.
        private Targets targets(XlmRobertaConfig config) {
            boolean integers = !inputs.info("inputs.labels").dtype().isFloat();
            ProblemType problem = config.problem();
            if (integers != (problem == ProblemType.SINGLE_LABEL_CLASSIFICATION)) {
                throw new CheckpointException(
                        inputs.file("inputs.labels").toString(),
                        "inputs.labels are %s, the problem type is %s"
                                .formatted(inputs.info("inputs.labels").dtype(), problem));
            }
            if (integers) {
                long[] labels = inputs.integers("inputs.labels");
                int[] narrow = new int[labels.length];
                for (int b = 0; b < narrow.length; b++) {
                    narrow[b] = Math.toIntExact(labels[b]);
                }
                return new Targets.Classes(narrow);
            }
            float[] values = inputs.tensor("inputs.labels").toArray();
            int columns = values.length / padded.rows();
            float[][] rows = new float[padded.rows()][];
            for (int b = 0; b < rows.length; b++) {
                rows[b] = java.util.Arrays.copyOfRange(values, b * columns, (b + 1) * columns);
            }
            return problem == ProblemType.REGRESSION
                    ? new Targets.Values(rows)
                    : new Targets.MultiLabel(rows);
        }

        @Override
        public void hiddenStates(int layer, Tensor states) {
            if (hiddenStates) {
                outputs.put("outputs.hidden_states." + layer, padded.padded(states)); // [B, T, C]
            }
        }

        @Override
        public boolean wantsAttentions() {
            return attentions;
        }

        @Override
        public void attentions(int layer, Tensor probabilities, AttentionShape shape) {
            outputs.put(
                    "outputs.attentions." + layer,
                    padded.paddedAttentions(probabilities, shape.heads())); // [B, H, T, T]
        }

        /// A bare encoder's checkpoint has its names without the prefix.
        private String storedName(Parameter parameter) {
            String name = parameter.name();
            return classifier == null ? name.substring("roberta.".length()) : name;
        }

        private Tensor copy(Tensor tensor) {
            return Tensor.of(tensor.shape(), tensor.toArray()); // [as the tensor]
        }

        private CheckpointException missing(String name) {
            return new CheckpointException(
                    inputs.file(inputs.names().iterator().next()).toString(),
                    "--gradients needs a loss, and " + name + " is not there",
                    "add it");
        }
    }
}
