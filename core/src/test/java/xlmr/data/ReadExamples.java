package xlmr.data;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// Reads examples from what a test has written down.
final class ReadExamples {
    private ReadExamples() {}

    static List<Example> read(ExampleOptions options, String name, String content) {
        return read(options, name, content.getBytes(StandardCharsets.UTF_8));
    }

    static List<Example> read(
            ExampleOptions options, String name, String content, boolean blankTextAllowed) {
        return read(options.withBlankTextAllowed(blankTextAllowed), name, content);
    }

    static List<Example> read(ExampleOptions options, String name, byte[] content) {
        return new ExampleReader(options).readAll(new ByteArrayInputStream(content), name);
    }

    static void assertProblem(ExampleOptions options, String name, String content, String message) {
        assertThatThrownBy(() -> read(options, name, content))
                .isInstanceOf(DataException.class)
                .hasMessage(message);
    }
}
