package xlmr.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The small copies that the other tests read must not drift from the reference they were made of.
class SharedMetricsTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "classification.json",
                "probabilities.json",
                "seed_prediction_output.json",
                "entities.json",
                "squad.json"
            })
    void theCopyEqualsTheReference(String name) throws IOException {
        Path reference =
                Path.of(
                        System.getProperty("xlmr.repository", "."),
                        "..",
                        "shared",
                        "reference",
                        "metrics",
                        name);
        assumeTrue(Files.exists(reference), () -> "no reference fixtures at " + reference);

        assertThat(MetricsFixture.read(name))
                .isEqualTo(MetricsFixture.JSON.readTree(Files.readString(reference)));
    }
}
