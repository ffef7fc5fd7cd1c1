package xlmr.pipeline;

import java.util.List;
import xlmr.data.Example;
import xlmr.data.LabelSet;
import xlmr.data.NumericLabel;
import xlmr.model.ProblemType;
import xlmr.model.Targets;

/// Labels as written to the targets of a loss.
final class LabelledTargets {
    private LabelledTargets() {}

    /// @param labels the classes by id; not looked at for regression
    static Targets.OfSequences of(List<Example> examples, LabelSet labels, ProblemType problem) {
        return switch (problem) {
            case SINGLE_LABEL_CLASSIFICATION -> new Targets.Classes(labels.idsOf(examples));
            case MULTI_LABEL_CLASSIFICATION -> {
                float[][] rows = new float[examples.size()][labels.size()];
                for (int b = 0; b < rows.length; b++) {
                    boolean[] flags = labels.flagsOf(examples.get(b));
                    for (int k = 0; k < flags.length; k++) {
                        rows[b][k] = flags[k] ? 1 : 0;
                    }
                }
                yield new Targets.MultiLabel(rows);
            }
            case REGRESSION -> {
                float[][] rows = new float[examples.size()][1];
                for (int b = 0; b < rows.length; b++) {
                    rows[b][0] = (float) NumericLabel.of(examples.get(b));
                }
                yield new Targets.Values(rows);
            }
        };
    }
}
