package xlmr.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import xlmr.data.Example;
import xlmr.data.ExampleOptions;
import xlmr.data.ExampleReader;

/// The data set of the demo: sentences of four classes in several languages.
///
/// @param train to learn from
/// @param validation to judge each epoch by
/// @param tests by name of the language: those that were trained on first
/// @param trainedOn names of the languages of `train`
record DemoData(
        List<Example> train,
        List<Example> validation,
        Map<String, List<Example>> tests,
        List<String> trainedOn) {
    static final String TEXT = "text";
    static final String LABEL = "category";
    private static final String LANGUAGE = "language";

    /// Reads `train.tsv`, `validation.tsv`, `test.tsv` and every `test_unseen_*.tsv`.
    static DemoData read(Path directory) throws IOException {
        Map<String, List<Example>> tests = new LinkedHashMap<>();
        addByLanguage(directory.resolve("test.tsv"), tests);
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.sorted().toList()) {
                if (file.getFileName().toString().startsWith("test_unseen_")) {
                    addByLanguage(file, tests);
                }
            }
        }
        Path train = directory.resolve("train.tsv");
        return new DemoData(
                read(train, LABEL),
                read(directory.resolve("validation.tsv"), LABEL),
                tests,
                languages(train).stream().distinct().toList());
    }

    private static void addByLanguage(Path file, Map<String, List<Example>> tests) {
        List<Example> examples = read(file, LABEL);
        List<String> languages = languages(file);
        for (int i = 0; i < examples.size(); i++) {
            tests.computeIfAbsent(languages.get(i), language -> new ArrayList<>())
                    .add(examples.get(i));
        }
    }

    private static List<String> languages(Path file) {
        return read(file, LANGUAGE).stream()
                .map(example -> Locale.of(example.onlyLabel()).getDisplayLanguage(Locale.ENGLISH))
                .toList();
    }

    private static List<Example> read(Path file, String labelColumn) {
        return new ExampleReader(ExampleOptions.labelled(TEXT, labelColumn)).readAll(file);
    }
}
