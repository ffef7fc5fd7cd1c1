package xlmr.eval;

/// A score of two models on the same examples.
///
/// @param key its name in JSON
/// @param title its name for people
/// @param first that of the first
/// @param second that of the second
/// @param interval bounds of second minus first
/// @param lowerIsBetter whether less is better, as of an error
public record ComparedScore(
        String key,
        String title,
        double first,
        double second,
        DifferenceInterval interval,
        boolean lowerIsBetter) {

    /// Second minus first.
    public double difference() {
        return second - first;
    }

    /// Whether the second does better; if not it does worse or the same.
    public boolean secondIsBetter() {
        return lowerIsBetter ? second < first : second > first;
    }
}
