package xlmr.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import xlmr.checkpoint.CheckpointException;

class HeadSpecTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "roberta",
                "linear",
                "mlp:512,256:gelu",
                "mlp:16:tanh",
                "lstm:256",
                "bilstm:256x2",
                "gru:8:max",
                "bigru:8:mean",
                "cnn:128x3",
                "cnn:64x2,64x3,32x4",
                "attention",
                "mean",
                "max",
                "mix:roberta",
                "mix:bilstm:256",
                "my-head:3,4",
                "my-head"
            })
    void aTextAndItsJsonSayTheSame(String text) {
        HeadSpec spec = HeadSpec.parse(text);
        assertThat(spec.text()).isEqualTo(text);
        assertThat(HeadSpec.parse(spec.json().toString())).isEqualTo(spec);
    }

    @Test
    void whatIsLeftOutHasDefaults() {
        assertThat(HeadSpec.parse("mlp:8").text()).isEqualTo("mlp:8:gelu");
        assertThat(HeadSpec.parse("mix").text()).isEqualTo("mix:roberta");
        assertThat(HeadSpec.parse("{\"type\": \"lstm\", \"hidden\": 8}").text())
                .isEqualTo("lstm:8");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "linear:3 | nothing after the colon",
                "mlp | mlp:512,256:gelu",
                "mlp:5,x | whole number in place of 'x'",
                "mlp:5:sine | expected one of gelu",
                "lstm | bilstm:256x2",
                "lstm:0 | expected 1 to 8192",
                "lstm:99999 | expected 1 to 8192",
                "lstm:8x99 | expected 1 to 8",
                "lstm:8:first | expected one of last, mean, max",
                "cnn:3 | channels x width",
                "cnn:8x99 | expected 1 to 31",
                "mix:mix:linear | another head",
                "a head | expected one of roberta",
                "{\"type\": \"lstm\"} | expected a whole number",
                "{\"type\": \"lstm\", \"hidden\": 8, \"size\": 9} | no field 'size'",
                "{\"type\": \"mix\", \"head\": {\"type\": \"mix\"}} | mix of mix"
            })
    void aTextThatIsNoHeadIsRefused(String text, String message) {
        assertThatThrownBy(() -> HeadSpec.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    @Test
    void aConfigurationKeepsItsHead() {
        XlmRobertaConfig config =
                XlmRobertaConfig.defaults().withHead(HeadSpec.parse("mix:bilstm:64"));
        assertThat(HeadSpec.of(config).text()).isEqualTo("mix:bilstm:64");
        XlmRobertaConfig again = XlmRobertaConfig.parse("again", config.json().toString());
        assertThat(HeadSpec.of(again)).isEqualTo(HeadSpec.of(config));
        assertThat(HeadSpec.of(again.withHead(new HeadSpec.Reference())).text())
                .isEqualTo("roberta");
        assertThat(again.withHead(new HeadSpec.Reference()).otherFields()).isEmpty();
    }

    @Test
    void aConfigurationWithANonsensicalHeadIsRefused() {
        XlmRobertaConfig config =
                XlmRobertaConfig.parse("c", "{\"model_type\": \"xlm-roberta\", \"xlmr_head\": 7}");
        assertThatThrownBy(() -> HeadSpec.of(config))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("xlmr_head");
    }

    @Test
    void aHeadThatMakesOneRowOfATextIsNotForTags() {
        assertThatThrownBy(() -> HeadSpec.parse("mix:max").requireFor(Task.TOKEN_CLASSIFICATION))
                .hasMessageContaining("mix:max is not one for token-classification")
                .hasMessageContaining("bilstm");
        assertThatThrownBy(() -> HeadSpec.parse("linear").requireFor(Task.QUESTION_ANSWERING))
                .hasMessageContaining("roberta, its only one");
        HeadSpec.parse("cnn:8x3").requireFor(Task.TOKEN_CLASSIFICATION);
    }

    @Test
    void aNameThatNobodyHasGivenIsRefusedWithTheKnownOnes() {
        assertThatThrownBy(() -> HeadSpec.parse("bilsm:8").requireFor(Task.SEQUENCE_CLASSIFICATION))
                .hasMessageContaining("no 'bilsm'")
                .hasMessageContaining("bilstm")
                .hasMessageContaining("META-INF/services/xlmr.model.HeadFactory");
    }
}
