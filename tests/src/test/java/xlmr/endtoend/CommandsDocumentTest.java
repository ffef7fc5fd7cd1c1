package xlmr.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/// `docs/commands.md` holds the help text of every command.
class CommandsDocumentTest {
    private static final List<String> COMMANDS =
            List.of(
                    "demo",
                    "train",
                    "evaluate",
                    "predict",
                    "describe",
                    "tokenize",
                    "inspect",
                    "forward",
                    "doctor",
                    "completion");

    private static final Path DOCUMENT =
            Path.of(System.getProperty("xlmr.repository", "..")).resolve("docs/commands.md");

    @Test
    void theDocumentIsUpToDate() throws IOException {
        StringBuilder document =
                new StringBuilder("# Commands\n\nThe help text of each command of `./xlmr`.\n");
        for (String command : COMMANDS) {
            CommandRun help = CommandRun.of(command, "--help");
            assertThat(help.exitCode()).isZero();
            document.append("\n## %s\n\n```\n%s```\n".formatted(command, help.out()));
        }
        if (Boolean.getBoolean("xlmr.renew")) {
            Files.writeString(DOCUMENT, document);
        }
        assertThat(DOCUMENT)
                .as("renew it with mvn verify -Dtest.jvm.arguments=-Dxlmr.renew=true")
                .hasContent(document.toString());
    }

    @Test
    void everyCommandButTheInternalOnesIsInTheDocument() {
        CommandRun help = CommandRun.of("--help");
        assertThat(help.lines().stream().filter(line -> line.matches("  [a-z]+ +[A-Z].*")))
                .extracting(line -> line.strip().split(" ")[0])
                .containsExactlyElementsOf(COMMANDS);
    }
}
