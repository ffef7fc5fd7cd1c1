package xlmr.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/// An element of a page, with what is in it. Written out it is both HTML and well-formed XML. Texts
/// and attributes are escaped on the way, so data cannot become markup.
final class Element {
    private static final Pattern NAME = Pattern.compile("[A-Za-z][A-Za-z0-9:-]*");

    /// What XML cannot hold: control characters, halves of characters.
    private static final Pattern FORBIDDEN =
            Pattern.compile(
                    "[^\\t\\n"
                            + "\\r"
                            + "\\x{20}-\\x{7E}\\x{A0}-\\x{D7FF}\\x{E000}-\\x{FFFD}\\x{10000}-\\x{10FFFF}]");

    private final String name;
    private final Map<String, String> attributes = new LinkedHashMap<>();
    private final List<Content> contents = new ArrayList<>();

    @FunctionalInterface
    private interface Content {
        void writeTo(StringBuilder page);
    }

    /// An empty element.
    Element(String name) {
        this.name = checked(name);
    }

    /// An element with a text.
    static Element of(String name, String text) {
        return new Element(name).text(text);
    }

    /// Sets an attribute.
    Element with(String attribute, String value) {
        attributes.put(checked(attribute), value);
        return this;
    }

    /// Sets an attribute to a number, one decimal as drawings need it.
    Element with(String attribute, double value) {
        return with(attribute, Numbers.coordinate(value));
    }

    /// Adds elements.
    Element add(Element... children) {
        return add(List.of(children));
    }

    /// Adds elements.
    Element add(List<Element> children) {
        children.forEach(child -> contents.add(child::writeTo));
        return this;
    }

    /// Adds a text.
    Element text(String text) {
        contents.add(page -> page.append(escaped(text)));
        return this;
    }

    /// Adds a style sheet of our own, which is not escaped.
    ///
    /// @throws IllegalArgumentException if it holds what HTML and XML would read differently
    Element style(String css) {
        if (css.contains("<") || css.contains("&")) {
            throw new IllegalArgumentException("style: expected neither < nor & in a style sheet");
        }
        contents.add(page -> page.append(css));
        return this;
    }

    private static String checked(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("element: not a name: '%s'".formatted(name));
        }
        return name;
    }

    void writeTo(StringBuilder page) {
        page.append('<').append(name);
        attributes.forEach(
                (attribute, value) ->
                        page.append(' ')
                                .append(attribute)
                                .append("=\"")
                                .append(escaped(value).replace("\"", "&quot;"))
                                .append('"'));
        if (isVoid()) {
            page.append("/>");
            return;
        }
        page.append('>');
        contents.forEach(content -> content.writeTo(page));
        page.append("</").append(name).append('>');
        if (endsLine()) {
            page.append('\n');
        }
    }

    /// HTML has no end tag of these.
    private boolean isVoid() {
        return name.equals("meta") || name.equals("br");
    }

    /// So that a person can read the source.
    private boolean endsLine() {
        return switch (name) {
            case "td", "th", "span", "b", "a", "code", "bdi", "title", "desc", "dt", "dd" -> false;
            default -> true;
        };
    }

    private static String escaped(String text) {
        return FORBIDDEN
                .matcher(text)
                .replaceAll("\uFFFD")
                .replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;");
    }
}
