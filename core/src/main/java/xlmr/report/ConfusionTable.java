package xlmr.report;

import java.util.List;
import java.util.Locale;
import xlmr.eval.ConfusionMatrix;

/// Which class was taken for which, as a table: all counts, or of many classes the most frequent
/// confusions.
record ConfusionTable(ConfusionMatrix confusion, List<String> names) {
    /// A larger matrix fits no screen.
    private static final int MATRIX_CLASSES = 20;

    private static final int CONFUSIONS_SHOWN = 30;

    Page.Section section() {
        return confusion.classes() <= MATRIX_CLASSES ? matrix() : list();
    }

    private Page.Section matrix() {
        Element head = new Element("tr").add(Element.of("td", "true \u2193  predicted \u2192"));
        for (String name : names) {
            head.add(Page.columnHead(name));
        }
        Element body = new Element("tbody");
        for (int actual = 0; actual < names.size(); actual++) {
            Element row = new Element("tr").add(Page.rowHead(names.get(actual)));
            for (int predicted = 0; predicted < names.size(); predicted++) {
                row.add(cell(actual, predicted));
            }
            body.add(row);
        }
        Element table =
                new Element("table")
                        .with("class", "confusion")
                        .add(
                                Element.of(
                                        "caption",
                                        "A row for each true class, a column for each predicted"
                                                + " one. Blue is right, orange is wrong; the deeper,"
                                                + " the larger the share of the row."))
                        .add(new Element("thead").add(head))
                        .add(body);
        return Page.section(
                "confusion", "Confusion", List.of(Page.scrolled("Confusion matrix", table)));
    }

    private Element cell(int actual, int predicted) {
        int count = confusion.count(actual, predicted);
        double share = count / Math.max(1.0, confusion.support(actual));
        Element cell = Element.of("td", Integer.toString(count));
        if (count == 0) {
            return cell.with("class", "none");
        }
        return cell.with("class", actual == predicted ? "right" : "wrong")
                .with("style", String.format(Locale.ROOT, "--share:%.2f", share))
                .with(
                        "title",
                        "%s of '%s' taken for '%s'"
                                .formatted(
                                        Numbers.percent(share),
                                        names.get(actual),
                                        names.get(predicted)));
    }

    private Page.Section list() {
        Element table =
                Page.table(
                        "The most frequent confusions of %d classes.".formatted(names.size()),
                        List.of("true", "predicted", "#times"));
        Element body = new Element("tbody");
        for (ConfusionMatrix.Confusion confused : confusion.mostConfused(CONFUSIONS_SHOWN)) {
            body.add(
                    new Element("tr")
                            .add(Page.rowHead(names.get(confused.actual())))
                            .add(Page.words(names.get(confused.predicted())))
                            .add(Page.number(Numbers.count(confused.count()))));
        }
        return Page.section(
                "confusion",
                "Most confused",
                List.of(Page.scrolled("Most frequent confusions", table.add(body))));
    }
}
