package xlmr.pipeline;

import org.jspecify.annotations.Nullable;
import xlmr.model.HeadSpec;
import xlmr.model.NamedHead;
import xlmr.model.XlmRobertaConfig;

/// One of several heads that train together, and its data.
///
/// @param name of the head, which is that of its folder
/// @param task its data: sequence classification of any kind, or token classification
/// @param head what is put on top of the encoder; null for the reference's
/// @param weight what its loss is multiplied by; with 0 it is judged, but neither trained nor
///   written
public record HeadTask(String name, TrainingTask task, @Nullable HeadSpec head, double weight) {
    /// The reference's head, with weight 1.
    public static HeadTask of(String name, TrainingTask task) {
        return new HeadTask(name, task, null, 1);
    }

    /// The same with a head of one's choice.
    public HeadTask withHead(@Nullable HeadSpec value) {
        return new HeadTask(name, task, value, weight);
    }

    /// The same with another weight of its loss.
    public HeadTask withWeight(double value) {
        return new HeadTask(name, task, head, value);
    }

    /// Checks that the task can have a head of its own.
    public HeadTask {
        if (!NamedHead.isFor(task.task())) {
            throw new IllegalArgumentException(
                    "head '%s': only heads of sequence and token classification are saved apart, not of %s"
                            .formatted(name, task.task().word()));
        }
        if (head != null) {
            try {
                head.requireFor(task.task());
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(
                        "head '%s': %s".formatted(name, e.getMessage()), e);
            }
        }
    }

    /// The configuration of the encoder with this head.
    XlmRobertaConfig configure(XlmRobertaConfig encoder) {
        return task.configure(encoder).withHead(head == null ? new HeadSpec.Reference() : head);
    }
}
