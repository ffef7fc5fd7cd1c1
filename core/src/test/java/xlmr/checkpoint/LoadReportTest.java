package xlmr.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import xlmr.checkpoint.LoadReport.Ignored;
import xlmr.checkpoint.LoadReport.Initialized;
import xlmr.tensor.Shape;

class LoadReportTest {
    private final LoadReport report =
            new LoadReport(
                    List.of("a", "b"),
                    List.of(new Initialized("classifier.dense.weight", Shape.of(4, 4))),
                    IntStream.range(0, 10)
                            .mapToObj(i -> new Ignored("x" + i, "no such parameter"))
                            .toList(),
                    List.of("a holds 1 NaN"));

    @Test
    void tellsTheThreeGroupsApart() {
        assertThat(report.describe().lines())
                .startsWith(
                        "used     2 arrays of the checkpoint",
                        "new      1, initialized at random",
                        "           classifier.dense.weight [4, 4]",
                        "ignored  10",
                        "           x0 (no such parameter)")
                .endsWith("           and 2 more", "warning  a holds 1 NaN");
        assertThat(report.isComplete()).isFalse();
    }

    @Test
    void fitsOneLine() {
        assertThat(report)
                .hasToString(
                        "used 2, new 1 (classifier.dense.weight [4, 4]), ignored 10, warnings 1");
    }
}
