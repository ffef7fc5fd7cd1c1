package xlmr.eval;

import java.util.ArrayList;
import java.util.List;
import xlmr.data.DataException;

/// Rows of numbers as a program printed them: one row a line, or one pair of brackets; brackets,
/// commas, and words such as `array` or `tensor` around them do not count.
final class PrintedRows {
    private static final int SHOWN = 40;

    private PrintedRows() {}

    /// The rows of a text.
    ///
    /// @param source names it in messages
    /// @throws DataException if a line holds something else than numbers, or a program left rows
    ///   out
    static double[][] of(String source, String text) {
        List<double[]> rows = new ArrayList<>();
        long line = 1;
        StringBuilder row = new StringBuilder();
        String body =
                text.replaceAll(
                        "\\A\\s*(?:array|tensor|\\w+\\.array)\\(|(?:,\\s*dtype=[\\w.]+)?\\)\\s*\\z",
                        "");
        boolean bracketed = body.indexOf('[') >= 0;
        for (int i = 0; i <= body.length(); i++) {
            char c = i == body.length() ? '\n' : body.charAt(i);
            boolean ends = bracketed ? c == ']' : c == '\n';
            if (ends || i == body.length()) {
                add(rows, row.toString(), source, line);
                row.setLength(0);
            } else {
                row.append(c == '[' || c == ',' || c == ';' ? ' ' : c);
            }
            line += c == '\n' ? 1 : 0;
        }
        if (rows.isEmpty()) {
            throw new DataException(
                    source
                            + ": expected rows of numbers, or a JSON object with 'logits', found"
                            + " none");
        }
        return rows.toArray(double[][]::new);
    }

    private static void add(List<double[]> rows, String row, String source, long line) {
        String numbers = row.strip();
        if (numbers.isEmpty()) {
            return;
        }
        String[] words = numbers.split("\\s+", -1);
        double[] values = new double[words.length];
        for (int k = 0; k < words.length; k++) {
            values[k] = number(words[k], source, line);
        }
        if (values.length < 2 || !rows.isEmpty() && values.length != rows.getFirst().length) {
            throw problem(
                    source,
                    line,
                    "expected %s numbers in row %d, found %d"
                            .formatted(
                                    rows.isEmpty() ? "at least 2" : rows.getFirst().length,
                                    rows.size(),
                                    values.length));
        }
        rows.add(values);
    }

    private static double number(String word, String source, long line) {
        if (word.contains("...")) {
            throw problem(
                    source,
                    line,
                    "the program that printed this left rows out ('...'); print all of them, in"
                            + " Python for example json.dump({'logits': logits.tolist()}, file)");
        }
        try {
            return switch (word) {
                case "nan", "NaN" -> Double.NaN;
                case "inf", "Infinity" -> Double.POSITIVE_INFINITY;
                case "-inf", "-Infinity" -> Double.NEGATIVE_INFINITY;
                default -> plain(word);
            };
        } catch (NumberFormatException e) {
            String shown = word.length() > SHOWN ? word.substring(0, SHOWN) + "..." : word;
            throw problem(
                    source,
                    line,
                    "expected a number, found '%s'; the file holds rows of numbers as they were printed, or a JSON object with 'logits' and 'label_ids'"
                            .formatted(shown));
        }
    }

    private static DataException problem(String source, long line, String what) {
        return new DataException("%s, line %d: %s".formatted(source, line, what));
    }

    /// Java would also read `1f` and `0x1p3`, which nobody prints.
    private static double plain(String word) {
        if (!word.matches("[-+]?(?:[0-9]+\\.?[0-9]*|\\.[0-9]+)(?:[eE][-+]?[0-9]{1,4})?")) {
            throw new NumberFormatException(word);
        }
        return Double.parseDouble(word);
    }
}
