package xlmr.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Small labelled files of every task, in two languages or what stands for them, and models that
/// were trained on them a little.
enum TaskFiles {
    TAGS("token-classification", "tags.jsonl") {
        @Override
        String line(int i) {
            String name = NAMES[i % NAMES.length];
            String city = CITIES[(i * 5 + i / 7) % CITIES.length];
            return """
            {"tokens": ["%s", "lives", "in", "%s", "."], "tags": ["B-PER", "O", "O", "B-LOC", "O"], "language": "%s"}
            """
                    .formatted(name, city, language(i))
                    .strip();
        }
    },
    QUESTIONS("question-answering", "questions.jsonl") {
        @Override
        String line(int i) {
            String name = NAMES[i % NAMES.length];
            String city = CITIES[(i * 5 + i / 7) % CITIES.length];
            String context = name + " lives in " + city + " for " + i + " days.";
            return """
            {"id": "q%d", "question": "Where does %s live?", "context": "%s", "answers": {"text": ["%s"], "answer_start": [%d]}, "language": "%s"}
            """
                    .formatted(i, name, context, city, context.indexOf(city), language(i))
                    .strip();
        }
    },
    CHOICES("multiple-choice", "choices.jsonl") {
        @Override
        String line(int i) {
            String food = FOOD[i % FOOD.length];
            String other = OTHER[(i / 2) % OTHER.length];
            return """
            {"context": "We are hungry.", "question": "What shall we have?", "choices": ["%s", "%s"], "label": %d, "language": "%s"}
            """
                    .formatted(
                            i % 3 == 0 ? other : food,
                            i % 3 == 0 ? food : other,
                            i % 3 == 0 ? 1 : 0,
                            language(i))
                    .strip();
        }
    },
    NUMBERS("sequence-classification", "numbers.jsonl") {
        @Override
        String line(int i) {
            return """
            {"text": "It is %sgood, %s.", "label": %d, "language": "%s"}
            """
                    .formatted("very ".repeat(i % 4), NAMES[i % NAMES.length], i % 4, language(i))
                    .strip();
        }
    };

    private static final String[] NAMES = {"Anna", "Ben", "Clara", "David", "Emma", "Felix"};
    private static final String[] CITIES = {"London", "Paris", "Madrid", "Berlin", "Rome"};
    private static final String[] FOOD = {"Bread and soup.", "Rice with fish.", "A sweet cake."};
    private static final String[] OTHER = {"The last train.", "A bank account.", "Rain and wind."};

    private final String task;
    private final String file;

    TaskFiles(String task, String file) {
        this.task = task;
        this.file = file;
    }

    abstract String line(int i);

    private static String language(int i) {
        return i % 4 == 3 ? "de" : "en";
    }

    /// The task as `--task` names it.
    String task() {
        return task;
    }

    /// 24 labelled examples.
    Path in(Path directory) throws IOException {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < 24; i++) {
            lines.add(line(i));
        }
        return Files.write(directory.resolve(file), lines);
    }

    /// A training of the small model that comes with xlmr.
    CommandRun train(Path examples, Path output, Object... more) {
        List<Object> words = new ArrayList<>(List.of("train", "--task", task));
        words.addAll(List.of("--train", examples, "--output", output));
        words.addAll(List.of("--batch-size", 8, "--learning-rate", "1e-3"));
        if (this == NUMBERS) {
            words.addAll(List.of("--problem", "regression"));
        }
        words.addAll(List.of(more));
        return CommandRun.of(words.toArray());
    }

    /// A model that was trained on the examples for an epoch.
    Path model(Path directory, Object... more) throws IOException {
        Path model = directory.resolve("model-" + name().toLowerCase(Locale.ROOT));
        List<Object> options = new ArrayList<>(List.of("--epochs", 1));
        options.addAll(List.of(more));
        CommandRun run = train(in(directory), model, options.toArray());
        assertThat(run.exitCode()).as(run.err()).isZero();
        return model;
    }
}
