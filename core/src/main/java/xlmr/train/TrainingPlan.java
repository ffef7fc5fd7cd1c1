package xlmr.train;

import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import xlmr.data.BatchOrder;
import xlmr.data.TrainingExamples;
import xlmr.model.TaskModel;

/// What a training run will train, read and take, before anything runs.
///
/// @param groups of parameters, lowest first
/// @param data what it reads
/// @param memory what it holds
/// @param layers encoder layers
/// @param lowestTrained lowest encoder layer that the backward pass reaches: 0 with the embeddings,
///   `layers` for the head alone
public record TrainingPlan(
        List<ParameterGroup> groups,
        PlannedData data,
        PlannedMemory memory,
        int layers,
        int lowestTrained) {
    /// The plan of a run.
    ///
    /// @param model whose shapes count; its weights are not looked at
    /// @param validation examples to judge by, or null
    /// @param truncated training examples that lost something at the maximum length
    public static TrainingPlan of(
            TaskModel model,
            TrainingExamples training,
            Trainer.@Nullable Validation validation,
            int truncated,
            BatchOrder order,
            TrainingOptions options) {
        return of(Lessons.of(Lesson.only(model, training, order, validation)), truncated, options);
    }

    /// The plan of a run of several heads. What they read of a frozen encoder is taken to be what
    /// the first of them reads.
    ///
    /// @param truncated training examples that lost something at the maximum length
    public static TrainingPlan of(Lessons lessons, int truncated, TrainingOptions options) {
        TaskModel model = lessons.all().getFirst().model();
        TrainingExamples training = lessons.flatTraining();
        Predicate<String> trainable = options.tune().trainable(model.config());
        PlannedData data =
                PlannedData.of(
                        training,
                        lessons.validation(),
                        truncated,
                        lessons.order(),
                        options,
                        model.config().labels());
        return new TrainingPlan(
                ParameterGroup.of(
                        lessons.parameters(), model.config().numHiddenLayers(), trainable),
                data,
                PlannedMemory.of(
                        model, lessons.parameters(), trainable, training, data, options.kept()),
                model.config().numHiddenLayers(),
                PlannedMemory.lowestTrained(model, trainable));
    }

    /// Numbers in all.
    public long parameters() {
        return groups.stream().mapToLong(ParameterGroup::parameters).sum();
    }

    /// Numbers that train.
    public long trained() {
        return groups.stream().mapToLong(ParameterGroup::trained).sum();
    }

    /// Whether the encoder is frozen, so that what the head reads of it is computed once.
    public boolean encoderFrozen() {
        return lowestTrained == layers;
    }

    /// How many times as long as a forward pass alone a forward and backward pass takes: a layer's
    /// backward pass is two products for each one of the forward pass.
    double stepOverForward() {
        return (layers + 2.0 * (layers - lowestTrained)) / layers;
    }
}
