package xlmr.pipeline;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import xlmr.checkpoint.CheckpointException;
import xlmr.model.XlmRobertaConfig;

/// Which classes of a classifier say that a sentence follows from a text, and that it contradicts.
///
/// @param entailment the class whose name begins with `entail`
/// @param contradiction the class whose name begins with `contra`; where there is none, as in a
///   classifier of `entailment` and `not_entailment`, the reference's choice: the first class, or
///   the last if the first is entailment
record EntailmentLabels(int entailment, int contradiction) {
    /// By the names in a configuration.
    ///
    /// @throws CheckpointException if none is called entailment
    static EntailmentLabels of(XlmRobertaConfig config, Path directory) {
        List<String> labels = config.labels();
        int entailment = beginning("entail", labels);
        if (entailment < 0 || labels.size() < 2) {
            throw new CheckpointException(
                    directory.resolve("config.json").toString(),
                    "no label is called entailment, found %s".formatted(String.join(", ", labels)),
                    "zero-shot classification takes a model trained on natural language inference;"
                            + " if this is one, name its labels in id2label");
        }
        int contradiction = beginning("contra", labels);
        if (contradiction < 0) {
            contradiction = entailment == 0 ? labels.size() - 1 : 0;
        }
        return new EntailmentLabels(entailment, contradiction);
    }

    private static int beginning(String stem, List<String> labels) {
        for (int k = 0; k < labels.size(); k++) {
            if (labels.get(k).toLowerCase(Locale.ROOT).startsWith(stem)) {
                return k;
            }
        }
        return -1;
    }
}
