package xlmr.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import xlmr.backend.Backend;
import xlmr.data.Example;
import xlmr.pipeline.DistillationSettings;
import xlmr.pipeline.DistilledTraining;
import xlmr.pipeline.SequenceClassificationTraining;
import xlmr.pipeline.TextClassifier;
import xlmr.pipeline.TrainingTask;

/// Whether a larger model teaches the one that is trained.
final class DistillationOptions {
    @Option(
            names = "--teacher",
            paramLabel = "DIR",
            description =
                    "A larger classifier with the same labels, from which --model learns beside the"
                            + " labels of --train. See docs/tuning.md.")
    private @Nullable Path teacher;

    @Option(
            names = "--unlabelled",
            paramLabel = "FILE",
            description =
                    "With --teacher: texts without labels, of which it says what they are. May be"
                            + " given several times.")
    private List<Path> unlabelled = List.of();

    @Option(
            names = "--temperature",
            paramLabel = "T",
            description =
                    "With --teacher: divide both models' logits by T, so that small differences"
                            + " count, too. Default: 2.")
    private @Nullable Double temperature;

    @Option(
            names = "--distillation-weight",
            paramLabel = "W",
            description = "With --teacher: W for what it says, 1 - W for the labels. Default: 0.5.")
    private @Nullable Double weight;

    /// Refuses options without a teacher, and numbers that make no sense.
    void check() {
        if (teacher == null) {
            refuseWithoutTeacher("--unlabelled", !unlabelled.isEmpty());
            refuseWithoutTeacher("--temperature", temperature != null);
            refuseWithoutTeacher("--distillation-weight", weight != null);
        }
        settings();
    }

    private static void refuseWithoutTeacher(String option, boolean given) {
        if (given) {
            throw new CommandException(option + ": only with --teacher");
        }
    }

    private DistillationSettings settings() {
        DistillationSettings usual = DistillationSettings.defaults();
        return new DistillationSettings(
                temperature == null ? usual.temperature() : temperature,
                weight == null ? usual.weight() : weight);
    }

    /// The task with what the teacher says of its texts; the task itself without a teacher.
    TrainingTask taught(Streams streams, TrainingInput input, TrainingTask data, Backend backend) {
        Path directory = teacher;
        if (directory == null) {
            return data;
        }
        if (!(data instanceof SequenceClassificationTraining labelled)) {
            throw new CommandException(
                    "--teacher: for sequence classification, not for " + data.task().word());
        }
        List<Example> texts = new ArrayList<>();
        unlabelled.forEach(file -> texts.addAll(input.texts(streams, file)));
        TextClassifier classifier = TextClassifier.load(directory, backend);
        int all = labelled.training().size() + texts.size();
        try (Progress progress = Progress.over(streams, "what the teacher says", all)) {
            return DistilledTraining.of(labelled, texts, classifier, settings(), progress::to);
        }
    }
}
