package xlmr.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ElementTest {
    private static String written(Element element) {
        StringBuilder page = new StringBuilder();
        element.writeTo(page);
        return page.toString();
    }

    @Test
    void textsAndAttributesCannotBecomeMarkup() {
        Element cell =
                Element.of("td", "</td><script>alert('1' && \"2\")</script>")
                        .with("title", "\" onclick=\"x() <&>");
        assertThat(written(cell))
                .isEqualTo(
                        "<td title=\"&quot; onclick=&quot;x() &lt;&amp;&gt;\">&lt;/td&gt;&lt;script"
                                + "&gt;alert('1' &amp;&amp; \"2\")&lt;/script&gt;</td>");
    }

    @Test
    void whatXmlCannotHoldIsReplaced() {
        assertThat(written(Element.of("b", "a\u0000\u001b\ud800b\ud83d\ude00\ufffe")))
                .isEqualTo("<b>a\ufffd\ufffd\ufffdb\ud83d\ude00\ufffd</b>");
    }

    @Test
    void namesAreChecked() {
        assertThatThrownBy(() -> new Element("td onclick=x"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Element("td").with("a b", "x"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Element("style").style("a</style>"))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
