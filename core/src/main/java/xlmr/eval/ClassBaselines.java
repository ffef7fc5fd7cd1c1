package xlmr.eval;

import java.util.List;

/// What can be had without reading the text at all. A model that is not better has learned nothing
/// that shows.
///
/// @param priorLoss the loss of always answering the shares of the classes among these labels: the
///   entropy of their distribution, in nats
/// @param majorityAccuracy the accuracy of always answering the most frequent class
/// @param majorityClass that class
public record ClassBaselines(double priorLoss, double majorityAccuracy, int majorityClass) {

    static ClassBaselines of(List<ClassScore> classes) {
        double total = classes.stream().mapToLong(ClassScore::support).sum();
        double entropy = 0;
        int majority = 0;
        for (ClassScore scored : classes) {
            double share = scored.support() / total;
            entropy -= share == 0 ? 0 : share * Math.log(share);
            if (scored.support() > classes.get(majority).support()) {
                majority = scored.id();
            }
        }
        return new ClassBaselines(entropy, classes.get(majority).support() / total, majority);
    }
}
