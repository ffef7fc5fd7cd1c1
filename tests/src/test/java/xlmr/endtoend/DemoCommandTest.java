package xlmr.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The first command of the README.
class DemoCommandTest {
    private static final Pattern ACCURACY = Pattern.compile("(\\p{L}+) +(\\d+) % of \\d+ right");

    @TempDir Path directory;

    @Test
    void learnsAndGeneralizesToLanguagesWithoutLabels() {
        Path model = directory.resolve("demo");
        CommandRun run = CommandRun.of("demo", "--output", model);
        assertThat(run.exitCode()).as(run.err()).isZero();
        Matcher accuracy = ACCURACY.matcher(run.out());
        int languages = 0;
        while (accuracy.find()) {
            languages++;
            assertThat(Integer.parseInt(accuracy.group(2))).as(accuracy.group(1)).isGreaterThan(75);
        }
        assertThat(languages).isEqualTo(7);
        assertThat(run.out()).contains("no labelled sentence of it was seen", "global", "logit");
        assertThat(CommandRun.of("predict", "--model", model, "Domani nevica?").out())
                .startsWith("weather");
    }
}
