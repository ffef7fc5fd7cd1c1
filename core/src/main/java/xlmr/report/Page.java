package xlmr.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// The frame of a page, complete in itself: no reference to anything outside of it, and no script.
final class Page {
    /// Also forbids whatever should get in despite of all escaping.
    private static final String POLICY = "default-src 'none'; style-src 'unsafe-inline'";

    /// Before the name of a column of numbers.
    static final String NUMBER = "#";

    private Page() {}

    /// A whole page.
    ///
    /// @param title what it is about
    /// @param subtitle one line more
    /// @param sections each with a heading and an id, from [#section]
    static String html(String title, String subtitle, List<Section> sections) {
        Element navigation = new Element("nav").with("aria-label", "Sections");
        Element main = new Element("main");
        for (Section section : sections) {
            navigation.add(Element.of("a", section.heading()).with("href", "#" + section.id()));
            main.add(section.content());
        }
        Element head =
                new Element("head")
                        .add(new Element("meta").with("charset", "utf-8"))
                        .add(meta("viewport", "width=device-width, initial-scale=1"))
                        .add(meta("color-scheme", "light dark"))
                        .add(meta("robots", "noindex"))
                        .add(
                                new Element("meta")
                                        .with("http-equiv", "Content-Security-Policy")
                                        .with("content", POLICY))
                        .add(Element.of("title", title))
                        .add(new Element("style").style(styleSheet()));
        Element body =
                new Element("body")
                        .add(
                                new Element("header")
                                        .add(isolated("h1", title))
                                        .add(isolated("p", subtitle)))
                        .add(navigation)
                        .add(main);
        StringBuilder page = new StringBuilder("<!DOCTYPE html>\n");
        new Element("html").with("lang", "en").add(head, body).writeTo(page);
        return page.toString();
    }

    /// A part of a page.
    ///
    /// @param id that it is linked by
    record Section(String id, String heading, Element content) {}

    /// A part with its heading.
    static Section section(String id, String heading, List<Element> contents) {
        Element section =
                new Element("section")
                        .with("id", id)
                        .with("aria-labelledby", id + "-heading")
                        .add(Element.of("h2", heading).with("id", id + "-heading"))
                        .add(contents);
        return new Section(id, heading, section);
    }

    /// A table with a caption and the heads of its columns; rows are to be added in a `tbody`.
    ///
    /// @param columns those that begin with [#NUMBER] hold numbers
    static Element table(String caption, List<String> columns) {
        Element head = new Element("tr");
        for (String column : columns) {
            head.add(
                    column.startsWith(NUMBER)
                            ? columnHead(column.substring(NUMBER.length())).with("class", "number")
                            : columnHead(column));
        }
        return new Element("table")
                .add(Element.of("caption", caption))
                .add(new Element("thead").add(head));
    }

    /// A wide table, which scrolls by itself on a small screen, also by keyboard.
    static Element scrolled(String label, Element table) {
        return new Element("div")
                .with("class", "scrolled")
                .with("role", "region")
                .with("aria-label", label)
                .with("tabindex", "0")
                .add(table);
    }

    static Element columnHead(String name) {
        return isolated("th", name).with("scope", "col");
    }

    static Element rowHead(String name) {
        return isolated("th", name).with("scope", "row");
    }

    /// A cell with a number.
    static Element number(String value) {
        return Element.of("td", value).with("class", "number");
    }

    /// A cell with words.
    static Element words(String words) {
        return isolated("td", words);
    }

    /// Words from data: of whatever script, they do not turn around what stands beside them.
    static Element isolated(String name, String words) {
        return Element.of(name, words).with("dir", "auto");
    }

    private static Element meta(String name, String content) {
        return new Element("meta").with("name", name).with("content", content);
    }

    private static String styleSheet() {
        try (InputStream file = Page.class.getResourceAsStream("page.css")) {
            if (file == null) {
                throw new IllegalStateException("page.css is missing beside xlmr.report.Page");
            }
            return new String(file.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
