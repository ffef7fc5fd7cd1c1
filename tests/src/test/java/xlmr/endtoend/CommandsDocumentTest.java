package xlmr.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/// `docs/commands.md` holds the help text of every command.
class CommandsDocumentTest {
    private static final Path DOCUMENT =
            Path.of(System.getProperty("xlmr.repository", "..")).resolve("docs/commands.md");

    @Test
    void theDocumentIsUpToDate() throws IOException {
        StringBuilder document =
                new StringBuilder("# Commands\n\nThe help text of each command of `./xlmr`.\n");
        for (String command : commands()) {
            CommandRun help = CommandRun.of(command, "--help");
            assertThat(help.exitCode()).isZero();
            assertThat(help.lines())
                    .as("options that OptionSections does not know")
                    .doesNotContain("More:");
            document.append("\n## %s\n\n```\n%s```\n".formatted(command, help.out()));
        }
        if (Boolean.getBoolean("xlmr.renew")) {
            Files.writeString(DOCUMENT, document);
        }
        assertThat(DOCUMENT)
                .as("renew it with mvn verify -Dtest.jvm.arguments=-Dxlmr.renew=true")
                .hasContent(document.toString());
    }

    /// The commands that the help lists, in its order.
    private static List<String> commands() {
        List<String> names =
                CommandRun.of("--help").lines().stream()
                        .filter(line -> line.matches("  [a-z][a-z-]* +[A-Z].*"))
                        .map(line -> line.strip().split(" ")[0])
                        .toList();
        assertThat(names).contains("demo", "train", "fill-mask").doesNotHaveDuplicates();
        return names;
    }
}
