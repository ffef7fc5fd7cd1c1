package xlmr.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TextSpanTest {

    @ParameterizedTest
    @CsvSource(
            ignoreLeadingAndTrailingWhitespace = false,
            value = {"' ab ',0,4,1,3", "ab,0,2,0,2", "a  b,1,3,1,1", "'\u00A0\u3000x\n',0,4,2,3"})
    void whiteSpaceAtTheEndsIsLeftAway(String text, int start, int end, int from, int to) {
        assertThat(new TextSpan(start, end).strippedIn(text)).isEqualTo(new TextSpan(from, to));
    }

    @Test
    void neighboursDoNotOverlap() {
        TextSpan span = new TextSpan(2, 5);

        assertThat(span.overlaps(new TextSpan(4, 9))).isTrue();
        assertThat(span.overlaps(new TextSpan(5, 9))).isFalse();
        assertThat(span.overlaps(new TextSpan(3, 3))).isFalse();
        assertThat(span.length()).isEqualTo(3);
        assertThatThrownBy(() -> new TextSpan(3, 2)).hasMessageContaining("found 3 and 2");
    }
}
