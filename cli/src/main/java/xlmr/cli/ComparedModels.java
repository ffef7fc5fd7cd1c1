package xlmr.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import xlmr.backend.Backend;
import xlmr.model.Task;

/// Two models that are to answer the same, one after the other, so that only one is in memory.
///
/// @param names as `--model` takes them
/// @param maxLength most tokens of a sequence; 0 for as many as the model has positions
record ComparedModels(Streams streams, ComputeOptions compute, List<String> names, int maxLength) {
    /// Asks each.
    ///
    /// @param use is called with the one, then the other
    <T> List<T> each(Function<TaskRunner.Call, T> use) {
        List<T> answers = new ArrayList<>();
        for (String name : names) {
            try (Backend backend = compute.open(streams)) {
                answers.add(
                        use.apply(
                                new TaskRunner.Call(
                                        streams,
                                        ModelOption.named(name).directory(streams),
                                        null,
                                        null,
                                        maxLength,
                                        backend,
                                        false,
                                        CalibrationOption.none())));
            }
        }
        return answers;
    }

    /// What both are for.
    ///
    /// @throws CommandException if they are for different tasks
    Task task(TaskOption option) {
        List<Task> tasks =
                names.stream()
                        .map(name -> option.forUse(ModelOption.named(name).directory(streams)))
                        .toList();
        if (tasks.getFirst() != tasks.getLast()) {
            throw new CommandException(
                    "compare: expected two models for the same task, found %s for %s and %s for %s"
                            .formatted(
                                    names.getFirst(),
                                    tasks.getFirst().word(),
                                    names.getLast(),
                                    tasks.getLast().word()));
        }
        return tasks.getFirst();
    }
}
