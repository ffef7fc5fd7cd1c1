package xlmr.eval;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReportJsonTest {

    @Test
    void aClassificationHasTheFieldsThatScriptsRead() {
        ObjectNode json =
                ReportJson.of(
                        ClassificationReport.of(
                                new double[][] {{2, 0}, {2, 0}, {0, 1}, {3, 0}},
                                new int[] {0, 0, 1, 1},
                                List.of("good", "bad")));

        assertThat(json.get("problem_type").textValue()).isEqualTo("single_label_classification");
        assertThat(json.get("examples").intValue()).isEqualTo(4);
        assertThat(json.get("accuracy").doubleValue()).isEqualTo(0.75);
        assertThat(json.get("loss").isDouble()).isTrue();
        assertThat(json.get("macro_f1").doubleValue()).isEqualTo((0.8 + 2.0 / 3) / 2);
        assertThat(json.get("per_class").get("bad").toString())
                .isEqualTo(
                        "{\"id\":1,\"precision\":1.0,\"recall\":0.5,\"f1\":0.6666666666666666,"
                                + "\"support\":2,\"predicted\":1}");
        assertThat(json.get("confusion").toString()).isEqualTo("[[2,0],[1,1]]");
        assertThat(json.get("labels").toString()).isEqualTo("[\"good\",\"bad\"]");
        assertThat(json.get("verdicts").get(0).get("code").textValue())
                .isEqualTo("loss_above_prior");
        assertThat(json.get("verdicts").get(0).get("severity").textValue()).isEqualTo("warning");
    }

    @Test
    void whatIsUndefinedIsNull() {
        ObjectNode json =
                ReportJson.of(
                        ClassificationReport.of(
                                new double[][] {{Double.NaN, 0}},
                                new int[] {0},
                                List.of("a", "b")));

        assertThat(json.get("loss").isNull()).isTrue();
        assertThat(json.get("kappa").isNull()).isTrue();
    }

    @Test
    void manyLabelsHaveAMatrixEach() {
        ObjectNode json =
                ReportJson.of(
                        MultiLabelReport.of(
                                new double[][] {{1, -1}, {1, -1}, {-1, -1}},
                                new boolean[][] {{true, false}, {false, true}, {true, false}},
                                List.of("a", "b")));

        assertThat(json.get("confusion").toString())
                .isEqualTo("{\"a\":[[0,1],[1,1]],\"b\":[[2,0],[1,0]]}");
        assertThat(json.get("accuracy").doubleValue()).isEqualTo(1.0 / 3);
        assertThat(json.get("micro_f1").doubleValue()).isEqualTo(0.4);
    }

    @Test
    void aRegressionHasItsErrors() {
        ObjectNode json =
                ReportJson.of(RegressionReport.of(new double[] {1, 3}, new double[] {1, 2}));

        assertThat(json.get("mean_squared_error").doubleValue()).isEqualTo(0.5);
        assertThat(json.get("r2").doubleValue()).isEqualTo(-1);
        assertThat(json.get("verdicts").get(0).get("code").textValue())
                .isEqualTo("worse_than_mean");
    }
}
