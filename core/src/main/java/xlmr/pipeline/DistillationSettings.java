package xlmr.pipeline;

/// How a student learns from a teacher.
///
/// @param temperature T: the teacher's and the student's logits are divided by it, so that what the
///   teacher thinks of the other classes is heard, too; from 1 to 100
/// @param weight of what the teacher says, from 0 to 1; the rest is the labels'
public record DistillationSettings(double temperature, double weight) {
    /// Temperature 2, teacher and labels in equal parts.
    public static DistillationSettings defaults() {
        return new DistillationSettings(2, 0.5);
    }

    /// Checks the numbers.
    public DistillationSettings {
        if (!(temperature >= 1 && temperature <= 100)) {
            throw new IllegalArgumentException(
                    "distillation, temperature: expected in [1, 100], found " + temperature);
        }
        if (!(weight > 0 && weight <= 1)) {
            throw new IllegalArgumentException(
                    "distillation, weight: expected in (0, 1], found " + weight);
        }
    }
}
