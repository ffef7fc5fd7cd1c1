package xlmr.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LayerMixTest {
    @Test
    void theLastLayerAloneIsTheDefault() {
        assertThat(LayerMix.LAST.shares(3)).containsExactly(0, 0, 0, 1);
    }

    @Test
    void weightsAreShared() {
        assertThat(LayerMix.parse("0,-1").shares(3)).containsExactly(0.5, 0, 0, 0.5);
        assertThat(LayerMix.parse("1:1, 3:3").shares(3)).containsExactly(0, 0.25, 0, 0.75);
        assertThat(LayerMix.parse("2,-2").shares(3)).containsExactly(0, 0, 1, 0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "first", "1:2:3", "1;2", "1:", "0,,1", "99999999999"})
    void whatIsNoListIsRefused(String text) {
        assertThatThrownBy(() -> LayerMix.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("layers: ")
                .hasMessageContaining("0:1,12:2");
    }

    @Test
    void weightsWithoutAMeanAreRefused() {
        assertThatThrownBy(() -> LayerMix.parse("0:1,1:-1")).hasMessageContaining("sum to 0.0");
        assertThatThrownBy(() -> LayerMix.parse("0:NaN")).hasMessageContaining("sum to NaN");
    }

    @Test
    void layersThatAreNotThereAreRefused() {
        assertThatThrownBy(() -> LayerMix.parse("4").shares(3))
                .hasMessage(
                        "layers: no layer 4; expected 0 (the embeddings) to 3, or -1 for the last");
        assertThatThrownBy(() -> LayerMix.parse("-5").shares(3))
                .hasMessageContaining("no layer -5");
    }
}
