package xlmr.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `train --teacher`, with a student made by `prune`.
class DistillationCommandTest {
    private static final String TRAIN = "train --label-column category --no-checkpoints";

    @TempDir static Path directory;
    private static Path labelled;
    private static Path teacher;
    private static Path student;

    @BeforeAll
    static void makeTeacherAndStudent() throws IOException {
        labelled = Sentences.first(directory, "train.tsv", 40);
        teacher = directory.resolve("teacher");
        run(TRAIN + " --epochs 2 --learning-rate 1e-3 --train %s --output %s", labelled, teacher);
        student = directory.resolve("student");
        run("prune --model %s --keep-layers 0 --output %s", teacher, student);
    }

    @Test
    void withAllTheWeightOnTheTeacherTheLabelsDoNotMatter() throws IOException {
        Path right = taught("right", "--distillation-weight 1", labelled);
        List<String> lines = new ArrayList<>(Files.readAllLines(labelled));
        Path wrong = directory.resolve("wrong.tsv");
        // every label in the place of another: one column moves down by a line
        List<String> moved = new ArrayList<>(List.of(lines.getFirst()));
        int column = List.of(lines.getFirst().split("\t")).indexOf("category");
        for (int i = 1; i < lines.size(); i++) {
            String[] cells = lines.get(i).split("\t");
            cells[column] = lines.get(i + 1 < lines.size() ? i + 1 : 1).split("\t")[column];
            moved.add(String.join("\t", cells));
        }
        Files.write(wrong, moved);
        Path other = taught("other", "--distillation-weight 1", wrong);
        assertThat(other.resolve("model.safetensors"))
                .hasSameBinaryContentAs(right.resolve("model.safetensors"));
        Path half = taught("half", "--distillation-weight 0.5", wrong);
        assertThat(
                        Files.mismatch(
                                half.resolve("model.safetensors"),
                                right.resolve("model.safetensors")))
                .isNotNegative();
    }

    @Test
    void textsWithoutLabelsAreLearnedFrom() throws IOException {
        Path texts = directory.resolve("texts.txt");
        Files.writeString(texts, "Where is the bank?\nIt rains.\nTwo tickets, please.\n");
        String out =
                run(
                        TRAIN
                                + " --epochs 1 --model %s --teacher %s --unlabelled %s --train %s"
                                + " --temperature 3 --output %s",
                        student,
                        teacher,
                        texts,
                        labelled,
                        directory.resolve("more"));
        assertThat(out).contains("on 43 examples");
    }

    @Test
    void aTeacherWithOtherLabelsIsRefused() throws IOException {
        Path other = directory.resolve("other.csv");
        Files.writeString(other, "text,category\nHello,good\nBye,bad\n");
        CommandRun run =
                CommandRun.of(
                        "train",
                        "--train",
                        other,
                        "--label-column",
                        "category",
                        "--teacher",
                        teacher,
                        "--output",
                        directory.resolve("refused"));
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).contains("teacher's labels are food", "bad, good");
        assertThat(directory.resolve("refused")).doesNotExist();
    }

    private static Path taught(String name, String options, Path train) {
        Path output = directory.resolve(name);
        run(
                TRAIN + " --epochs 1 --model %s --teacher %s --train %s --output %s " + options,
                student,
                teacher,
                train,
                output);
        return output;
    }

    private static String run(String line, Object... paths) {
        CommandRun run = CommandRun.of((Object[]) line.formatted(paths).split(" "));
        assertThat(run.exitCode()).as(run.err()).isZero();
        return run.out();
    }
}
