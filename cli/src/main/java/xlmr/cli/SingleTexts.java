package xlmr.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import xlmr.data.Example;
import xlmr.data.ExampleReader;

/// Where single texts come from: arguments, a file, or standard input.
final class SingleTexts {
    @Parameters(
            arity = "0..*",
            paramLabel = "TEXT",
            description =
                    "Texts. Without any, and without --input, they are read from standard input,"
                            + " one a line.")
    private List<String> texts = List.of();

    @Option(
            names = "--input",
            paramLabel = "FILE",
            description = "File with the texts, UTF-8; - is standard input.")
    private @Nullable Path input;

    @Mixin private TextFileOptions files;

    /// Whether texts come from standard input.
    boolean isStandardInput() {
        return texts.isEmpty() && (input == null || input.equals(ExampleReader.STANDARD_INPUT));
    }

    /// Opens the texts, one at a time.
    TextInput.Texts open(Streams streams) {
        if (!texts.isEmpty()) {
            if (input != null) {
                throw new CommandException(
                        "give texts as arguments or a file with --input, not both");
            }
            List<Example> examples = new ArrayList<>();
            for (String text : texts) {
                examples.add(new Example(text, null, List.of(), "argument", examples.size() + 1));
            }
            return new TextInput.Texts(examples.iterator(), () -> {});
        }
        return files.open(streams, input == null ? ExampleReader.STANDARD_INPUT : input);
    }
}
