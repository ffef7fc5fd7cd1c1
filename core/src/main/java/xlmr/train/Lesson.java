package xlmr.train;

import org.jspecify.annotations.Nullable;
import xlmr.data.BatchOrder;
import xlmr.data.TrainingExamples;
import xlmr.model.TaskModel;

/// A head that trains, and what it learns from.
///
/// @param name of the head; empty for the only one
/// @param model the head on its encoder, which several heads share
/// @param training its examples
/// @param order in which they are shown
/// @param validation how it is judged, or null
/// @param weight what its loss is multiplied by; with 0 it is judged, but does not train
public record Lesson(
        String name,
        TaskModel model,
        TrainingExamples training,
        BatchOrder order,
        Trainer.@Nullable Validation validation,
        double weight) {
    /// Checks the weight.
    public Lesson {
        Checks.that(
                weight >= 0 && weight <= 1000,
                "weight of the head '%s'".formatted(name),
                "in [0, 1000]",
                weight);
    }

    /// The same with another model.
    Lesson onto(TaskModel other) {
        return new Lesson(name, other, training, order, validation, weight);
    }

    /// A head that is not judged.
    public Lesson(
            String name,
            TaskModel model,
            TrainingExamples training,
            BatchOrder order,
            double weight) {
        this(name, model, training, order, null, weight);
    }

    /// The only head of a run.
    static Lesson only(
            TaskModel model,
            TrainingExamples training,
            BatchOrder order,
            Trainer.@Nullable Validation validation) {
        return new Lesson("", model, training, order, validation, 1);
    }
}
