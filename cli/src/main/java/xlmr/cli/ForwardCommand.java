package xlmr.cli;

import java.nio.file.Path;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import xlmr.backend.Backend;
import xlmr.checkpoint.Checkpoint;
import xlmr.checkpoint.SafetensorsWriter;
import xlmr.pipeline.TensorForward;
import xlmr.tensor.Tensor;

/// Runs a model on arrays.
@Command(
        name = "forward",
        customSynopsis = "xlmr forward [OPTIONS] --inputs=FILE --outputs=FILE",
        description = {
            "Run a model on arrays that another program made, and write what comes out: for"
                    + " research and for proof.",
            "",
            "Read:    inputs.input_ids [B, T] (or inputs.inputs_embeds [B, T, C]), and if they are"
                    + " there inputs.attention_mask, inputs.position_ids, inputs.token_type_ids,"
                    + " inputs.labels.",
            "Written: outputs.logits [B, K] and outputs.loss, or for a bare encoder"
                    + " outputs.last_hidden_state [B, T, C] and outputs.pooler_output [B, C]; and what"
                    + " is asked for below."
        },
        footer = {
            "",
            "Example:",
            "  xlmr forward --model DIR --inputs in.safetensors --outputs out.safetensors"
                    + " --gradients"
        })
final class ForwardCommand implements Runnable {
    private final Streams streams;

    @Mixin private ModelOption model;

    @Option(
            names = "--inputs",
            required = true,
            paramLabel = "FILE",
            description = "A safetensors file.")
    private Path inputs;

    @Option(
            names = "--outputs",
            required = true,
            paramLabel = "FILE",
            description = "The safetensors file to write.")
    private Path outputs;

    @Option(
            names = "--hidden-states",
            description =
                    "Write outputs.hidden_states.i [B, T, C]: the embeddings (0) and the output of"
                            + " each layer.")
    private boolean hiddenStates;

    @Option(
            names = "--attentions",
            description = "Write outputs.attentions.i [B, H, T, T] of each layer.")
    private boolean attentions;

    @Option(
            names = "--gradients",
            description = "Write grad.NAME of every parameter; needs inputs.labels.")
    private boolean gradients;

    @Mixin private ComputeOptions compute;

    ForwardCommand(Streams streams) {
        this.streams = streams;
    }

    @Override
    public void run() {
        Path directory = model.directory(streams);
        Checkpoint given = Checkpoint.open(inputs);
        SafetensorsWriter writer = new SafetensorsWriter();
        try (Backend backend = compute.open(streams)) {
            Map<String, Tensor> results =
                    new TensorForward(hiddenStates, attentions, gradients)
                            .run(directory, given, backend);
            results.forEach(writer::add);
            writer.write(outputs);
            streams.out().printf("%d arrays in %s%n", results.size(), outputs);
        }
    }
}
