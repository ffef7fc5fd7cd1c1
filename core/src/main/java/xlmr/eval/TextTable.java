package xlmr.eval;

import java.util.ArrayList;
import java.util.List;

/// A table in aligned columns: the first column to the left, numbers to the right. Wide characters
/// (Chinese, Japanese, Korean) take two places as on a terminal, combining marks none. Control
/// characters in names are shown as `?`, so that data cannot steer a terminal.
final class TextTable {

    private static final String GAP = "  ";

    private final List<List<String>> rows = new ArrayList<>();

    TextTable row(List<String> cells) {
        rows.add(cells.stream().map(TextTable::harmless).toList());
        return this;
    }

    TextTable row(String... cells) {
        return row(List.of(cells));
    }

    /// The table, each line indented by two spaces and ended by a line feed.
    String text() {
        int columns = rows.stream().mapToInt(List::size).max().orElse(0);
        int[] widths = new int[columns];
        for (List<String> row : rows) {
            for (int c = 0; c < row.size(); c++) {
                widths[c] = Math.max(widths[c], width(row.get(c)));
            }
        }
        StringBuilder text = new StringBuilder();
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int c = 0; c < row.size(); c++) {
                String padding = " ".repeat(widths[c] - width(row.get(c)));
                line.append(GAP).append(c == 0 ? row.get(c) + padding : padding + row.get(c));
            }
            text.append(line.toString().stripTrailing()).append('\n');
        }
        return text.toString();
    }

    static String harmless(String cell) {
        return cell.replaceAll("[\\p{Cc}\\p{Cf}&&[^\u200C\u200D]]", "?");
    }

    static int width(String text) {
        return text.codePoints().map(TextTable::width).sum();
    }

    private static int width(int codePoint) {
        int type = Character.getType(codePoint);
        if (type == Character.NON_SPACING_MARK || type == Character.ENCLOSING_MARK) {
            return 0;
        }
        boolean wide =
                switch (Character.UnicodeScript.of(codePoint)) {
                    case HAN, HIRAGANA, KATAKANA, HANGUL ->
                            codePoint < 0xFF61 || codePoint > 0xFFDC;
                    default -> codePoint >= 0xFF01 && codePoint <= 0xFF60;
                };
        return wide ? 2 : 1;
    }
}
