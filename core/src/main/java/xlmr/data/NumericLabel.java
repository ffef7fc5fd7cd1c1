package xlmr.data;

import java.util.List;

/// Labels that are numbers to be predicted (regression).
public final class NumericLabel {

    private NumericLabel() {}

    /// The number an example is labelled with.
    ///
    /// @throws DataException if it has not exactly one label, or that is not a finite number
    public static double of(Example example) {
        String label = example.onlyLabel();
        double value;
        try {
            value = Double.parseDouble(label);
        } catch (NumberFormatException e) {
            value = Double.NaN;
        }
        // parseDouble also takes NaN, Infinity, hexadecimal numbers and the suffixes d and f
        if (!Double.isFinite(value) || !label.matches("[-+.0-9eE]+")) {
            throw example.problem("expected a number as label, found '%s'".formatted(label));
        }
        return value;
    }

    /// The numbers of many examples, as [#of(Example)].
    public static double[] of(List<Example> examples) {
        return examples.stream().mapToDouble(NumericLabel::of).toArray();
    }
}
