package xlmr.eval;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ReportTextTest {

    @Test
    void saysAClassificationInWordsAndTables() {
        ClassificationReport report =
                ClassificationReport.of(
                        new double[][] {{2, 0}, {2, 0}, {0, 1}, {3, 0}},
                        new int[] {0, 0, 1, 1},
                        List.of("good", "bad"));
        String text = ReportText.of(report);

        assertThat(text)
                .startsWith("4 examples, 2 classes\n  accuracy       0.7500   3 of 4 right; always")
                .contains(
                        """
                        By class
                                precision  recall      F1  examples  predicted
                          good     0.6667  1.0000  0.8000         2          3
                          bad      1.0000  0.5000  0.6667         2          1
                        """)
                .contains(
                        """
                                    [0]  [1]
                          [0] good    2    0
                          [1] bad     1    1
                        """)
                .contains("What this means\n  warning  The loss")
                .endsWith("\n")
                .doesNotContain("\u001B");
        assertThat(text.lines()).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(96));
    }

    @Test
    void manyClassesAreListedByTheirConfusions() {
        double[][] logits = new double[20][20];
        int[] labels = new int[20];
        for (int i = 0; i < 20; i++) {
            labels[i] = i;
            logits[i][i < 18 ? i : 3] = 9;
        }

        assertThat(ReportText.of(ClassificationReport.of(logits, labels, MetricsFixture.names(20))))
                .doesNotContain("Confusion:")
                .contains(
                        """
                        Most confused
                          true      predicted  times
                          LABEL_18    LABEL_3      1
                          LABEL_19    LABEL_3      1
                        """);
    }

    @Test
    void saysTheOtherKindsToo() {
        String multiLabel =
                ReportText.of(
                        MultiLabelReport.of(
                                new double[][] {{1, -1}, {-1, -1}},
                                new boolean[][] {{true, false}, {true, true}},
                                List.of("a", "b")));
        assertThat(multiLabel)
                .startsWith("2 examples, 2 labels, any number of them for each example\n")
                .contains("all right      0.5000")
                .contains("Never answered with yes, although some examples have them: 'b'.");

        assertThat(ReportText.of(RegressionReport.of(new double[] {1, 1}, new double[] {2, 2})))
                .contains("R2          undefined")
                .contains("All right numbers are the same");
    }

    @Test
    void dataCannotSteerTheTerminal() {
        ClassificationReport report =
                ClassificationReport.of(
                        new double[][] {{0, 1}, {0, 1}},
                        new int[] {0, 1},
                        List.of("\u001B[31mred", "line\nfeed\u202E"));

        assertThat(ReportText.of(report))
                .doesNotContain("\u001B", "\u202E")
                .contains("?[31mred", "line?feed?");
    }

    @Test
    void columnsStayAlignedUnderWideAndCombiningCharacters() {
        String table =
                new TextTable()
                        .row("体育", "1")
                        .row("sport", "22")
                        .row("e\u0301te\u0301", "3")
                        .text();

        assertThat(table).isEqualTo("  体育    1\n  sport  22\n  e\u0301te\u0301     3\n");
    }
}
