package xlmr.cli;

import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import xlmr.checkpoint.LoadReport;
import xlmr.pipeline.AdaptedModels;

/// Makes one ordinary model of a base and an adapter.
@Command(
        name = "merge",
        customSynopsis = "xlmr merge [OPTIONS] --model=BASE --adapter=DIR --output=DIR",
        description = {
            "Make one ordinary model of a base and a LoRA adapter in PEFT's files.",
            "",
            "The result needs neither of them, is as fast as the base, and gives the same answers"
                    + " as both together."
        },
        footer = {
            "",
            "Example:",
            "  xlmr merge --model xlm-roberta-base --adapter my-adapter --output my-model"
        })
final class MergeCommand implements Runnable {
    private final Streams streams;

    @Mixin private ModelOption model;

    @Option(
            names = "--adapter",
            required = true,
            paramLabel = "DIR",
            description = "Directory with adapter_config.json and adapter_model.safetensors.")
    private Path adapter;

    @Option(
            names = "--output",
            required = true,
            paramLabel = "DIR",
            description = "Where the model goes.")
    private Path output;

    @Option(
            names = "--overwrite",
            description = "Write into a directory that holds other files than a model.")
    private boolean overwrite;

    MergeCommand(Streams streams) {
        this.streams = streams;
    }

    @Override
    public void run() {
        Path base = model.directory(streams);
        try (ModelOutput target = ModelOutput.open(output, base, overwrite)) {
            LoadReport report = AdaptedModels.merge(base, adapter, target.staging());
            target.publish();
            streams.out().printf("%s holds %s with the adapter %s%n", output, base, adapter);
            report.warnings().forEach(streams::warn);
        }
    }
}
