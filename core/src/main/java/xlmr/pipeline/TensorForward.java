package xlmr.pipeline;

import java.nio.file.Path;
import java.util.Map;
import xlmr.backend.Backend;
import xlmr.checkpoint.Checkpoint;
import xlmr.checkpoint.CheckpointException;
import xlmr.model.ModelLoader;
import xlmr.model.Task;
import xlmr.model.TaskModel;
import xlmr.model.XlmRobertaConfig;
import xlmr.model.XlmRobertaModel;
import xlmr.tensor.Tensor;

/// Tensors in, tensors out: runs a model on token ids that another program made, for research and
/// for proof.
///
/// Inputs are `inputs.input_ids` and what else the reference's forward method takes, padded.
/// Outputs have the reference's names: `outputs.last_hidden_state`, `outputs.pooler_output`,
/// `outputs.logits` (or `start_logits` and `end_logits`), `outputs.loss`,
/// `outputs.hidden_states.i`, `outputs.attentions.i` and `grad.<parameter>`, padded, and 0 where
/// the mask is 0. Only for question answering masked tokens are computed as well, since the
/// reference's loss counts them.
///
/// @param hiddenStates whether every layer's output is wanted
/// @param attentions whether the attention probabilities are wanted
/// @param gradients whether the gradient of every parameter is wanted; needs `inputs.labels` (or
///   `start_positions` and `end_positions`), or for a bare encoder `inputs.loss_weight_hidden` and
///   perhaps `inputs.loss_weight_pooler`, whose products with the outputs sum to the loss
public record TensorForward(boolean hiddenStates, boolean attentions, boolean gradients) {
    /// Runs the model of a directory without dropout: that of the task which its configuration
    /// names, or the bare encoder.
    ///
    /// @return outputs by name
    /// @throws CheckpointException if the inputs do not fit the model
    public Map<String, Tensor> run(Path directory, Checkpoint inputs, Backend backend) {
        XlmRobertaConfig config = XlmRobertaConfig.read(directory.resolve("config.json"));
        Task task = Task.of(config).orElse(null);
        PaddedInputs padded =
                PaddedInputs.read(inputs, config.padTokenId(), task == Task.QUESTION_ANSWERING);
        var trainable = gradients ? ModelLoader.ALL : ModelLoader.FROZEN;
        if (task == null) {
            XlmRobertaModel encoder = ModelLoader.encoder(directory, trainable).model();
            return new ForwardRun(this, backend, encoder, encoder.parameters(), padded, inputs)
                    .bare();
        }
        TaskModel model = ModelLoader.task(directory, trainable).model();
        return new ForwardRun(this, backend, model.encoder(), model.parameters(), padded, inputs)
                .task(model);
    }
}
