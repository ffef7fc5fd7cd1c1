package xlmr.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import xlmr.pipeline.TrainingTask;

/// `train`, `evaluate` and `predict` for question answering.
@Command
final class AnsweringRunner implements TaskRunner {
    @Override
    public TrainingTask training(
            Streams streams, LabelledInput labelled, Path train, @Nullable Path validation) {
        throw new CommandException("--task question-answering: not there yet");
    }

    @Override
    public void evaluate(Call call, LabelledInput labelled, Path input) {
        throw new CommandException("--task question-answering: not there yet");
    }

    @Override
    public void predict(Call call, TextInput input, @Nullable Path output) {
        throw new CommandException("--task question-answering: not there yet");
    }
}
