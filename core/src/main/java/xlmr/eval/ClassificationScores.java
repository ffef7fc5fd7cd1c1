package xlmr.eval;

import java.util.ArrayList;
import java.util.List;

/// All that follows from a confusion matrix alone. The numbers are those of scikit-learn.
///
/// @param accuracy the share of right predictions
/// @param balancedAccuracy the mean recall of the classes that have examples
/// @param matthews Matthews' correlation coefficient for K classes (Gorodkin, 2004): 1 is perfect,
///   0 is chance; 0 when only one class is true or predicted
/// @param kappa Cohen's kappa: agreement beyond chance; NaN when chance alone would agree always
/// @param perClass one entry a class, in the order of the ids
public record ClassificationScores(
        double accuracy,
        double balancedAccuracy,
        double matthews,
        double kappa,
        Averages averages,
        List<ClassScore> perClass) {

    public ClassificationScores {
        perClass = List.copyOf(perClass);
    }

    /// @param names the label of each class, in the order of the ids
    /// @param zeroDivision what a division by zero gives: 0 (the usual choice) or 1
    /// @throws IllegalArgumentException if there is no example or not a name for each class
    public static ClassificationScores of(
            ConfusionMatrix confusion,
            List<String> names,
            double zeroDivision,
            AveragedClasses averaged) {
        int classes = confusion.classes();
        if (names.size() != classes) {
            throw new IllegalArgumentException(
                    "classification scores: expected %d label names, one a class, found %d"
                            .formatted(classes, names.size()));
        }
        long total = confusion.total();
        if (total == 0) {
            throw new IllegalArgumentException(
                    "classification scores: expected at least one example, found 0");
        }
        List<ClassScore> perClass = new ArrayList<>();
        double recalls = 0;
        int withExamples = 0;
        for (int k = 0; k < classes; k++) {
            long right = confusion.count(k, k);
            long support = confusion.support(k);
            perClass.add(
                    ClassScore.of(
                            k, names.get(k), support, right, confusion.predicted(k), zeroDivision));
            if (support > 0) {
                recalls += (double) right / support;
                withExamples++;
            }
        }
        return new ClassificationScores(
                (double) confusion.right() / total,
                recalls / withExamples,
                matthews(perClass, confusion.right(), total),
                kappa(perClass, confusion.right(), total),
                Averages.of(perClass, zeroDivision, averaged),
                perClass);
    }

    private static double matthews(List<ClassScore> classes, double right, double total) {
        double both = right * total;
        double predicted = total * total;
        double actual = total * total;
        for (ClassScore scored : classes) {
            both -= (double) scored.support() * scored.predicted();
            predicted -= (double) scored.predicted() * scored.predicted();
            actual -= (double) scored.support() * scored.support();
        }
        return predicted == 0 || actual == 0
                ? 0
                : both / (Math.sqrt(predicted) * Math.sqrt(actual));
    }

    private static double kappa(List<ClassScore> classes, double right, double total) {
        double agreedByChance = 0;
        for (ClassScore scored : classes) {
            agreedByChance += (double) scored.support() * scored.predicted() / total;
        }
        // 0 / 0 is NaN: where chance cannot disagree there is nothing to measure
        return 1 - (total - right) / (total - agreedByChance);
    }
}
