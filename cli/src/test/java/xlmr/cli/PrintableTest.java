package xlmr.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PrintableTest {
    @Test
    void keepsOrdinaryTextOfEveryScript() {
        assertThat(Printable.line("Grüße, 你好, مرحبا 🙂")).isEqualTo("Grüße, 你好, مرحبا 🙂");
    }

    @Test
    void putsSeveralLinesOnOne() {
        assertThat(Printable.line("one\n\ttwo\r\nthree\n")).isEqualTo("one two three");
    }

    @Test
    void escapesWhatATerminalWouldObey() {
        assertThat(Printable.line("\u001b[2Jx\u0007")).isEqualTo("\\u001b[2Jx\\u0007");
    }

    @Test
    void escapesWhatWouldReorderALine() {
        assertThat(Printable.line("a\u202eb")).isEqualTo("a\\u202eb");
    }
}
