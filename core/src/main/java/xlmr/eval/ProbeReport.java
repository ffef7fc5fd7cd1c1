package xlmr.eval;

import static xlmr.eval.NumberWords.count;
import static xlmr.eval.NumberWords.percent;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// Which layer's vectors tell the labels best.
///
/// @param trainingTexts that the probes were trained on
/// @param validationTexts that they were judged on
/// @param labels names of the K classes
/// @param majorityLabel the most frequent of the validation texts
/// @param majorityAccuracy what always guessing it gives
/// @param lastLayer L
/// @param layers by number
/// @param best the layer of the highest accuracy; of equal ones that of the higher macro F1, then
///   the lower loss
public record ProbeReport(
        int trainingTexts,
        int validationTexts,
        List<String> labels,
        String majorityLabel,
        double majorityAccuracy,
        int lastLayer,
        List<LayerScore> layers,
        LayerScore best) {
    public ProbeReport {
        labels = List.copyOf(labels);
        layers = List.copyOf(layers);
    }

    /// Judges the logits of each layer's probe.
    ///
    /// @param logits `[M][K]` by layer
    /// @param labels `[M]`
    /// @param names of the K classes
    /// @param lastLayer L
    /// @throws IllegalArgumentException if there is no layer or no text
    public static ProbeReport of(
            int trainingTexts,
            SortedMap<Integer, float[][]> logits,
            int[] labels,
            List<String> names,
            int lastLayer) {
        if (logits.isEmpty() || labels.length == 0) {
            throw new IllegalArgumentException(
                    "probe: expected at least one layer and one text, found %d and %d"
                            .formatted(logits.size(), labels.length));
        }
        List<LayerScore> scores = new ArrayList<>();
        Map<Integer, boolean[]> right = new TreeMap<>();
        ClassBaselines baselines = null;
        for (Map.Entry<Integer, float[][]> layer : logits.entrySet()) {
            ClassificationReport report = ClassificationReport.of(layer.getValue(), labels, names);
            baselines = report.baselines();
            right.put(layer.getKey(), right(layer.getValue(), labels));
            scores.add(
                    new LayerScore(
                            layer.getKey(),
                            report.accuracy(),
                            ProportionInterval.wilson95(report.confusion().right(), labels.length),
                            report.macroF1(),
                            report.loss(),
                            1));
        }
        assert baselines != null;
        LayerScore best =
                scores.stream()
                        .max(
                                Comparator.comparingDouble(LayerScore::accuracy)
                                        .thenComparingDouble(LayerScore::macroF1)
                                        .thenComparingDouble(score -> -score.loss()))
                        .orElseThrow();
        boolean[] bestRight = right.get(best.layer());
        List<LayerScore> compared = new ArrayList<>();
        for (LayerScore score : scores) {
            boolean[] own = right.get(score.layer());
            assert own != null && bestRight != null;
            compared.add(score.against(own, bestRight));
        }
        return new ProbeReport(
                trainingTexts,
                labels.length,
                names,
                names.get(baselines.majorityClass()),
                baselines.majorityAccuracy(),
                lastLayer,
                compared,
                best);
    }

    private static boolean[] right(float[][] logits, int[] labels) {
        double[][] rows = Logits.toDouble(logits);
        boolean[] right = new boolean[labels.length];
        for (int i = 0; i < right.length; i++) {
            right[i] = Logits.argmax(rows[i]) == labels[i];
        }
        return right;
    }

    /// What the numbers say, a sentence each.
    public List<String> words() {
        List<String> words = new ArrayList<>();
        words.add(
                "Of the layers 0 to %d layer %d is best: %s of %s right, macro F1 %s."
                        .formatted(
                                lastLayer,
                                best.layer(),
                                percent(best.accuracy()),
                                count(validationTexts, "text"),
                                three(best.macroF1())));
        if (best.interval().low() <= majorityAccuracy) {
            words.add(
                    "That is no better than always guessing '%s', which gives %s: no layer tells these labels apart, or the texts are too few."
                            .formatted(
                                    TextTable.harmless(majorityLabel), percent(majorityAccuracy)));
            return words;
        }
        words.add(
                "Always guessing '%s' would give %s."
                        .formatted(TextTable.harmless(majorityLabel), percent(majorityAccuracy)));
        List<LayerScore> equals =
                layers.stream()
                        .filter(score -> score.layer() != best.layer() && !score.isWorseThanBest())
                        .toList();
        if (layers.size() > 1) {
            words.add(
                    equals.isEmpty()
                            ? "Every other layer is worse by more than chance explains."
                            : "These texts do not suffice to tell layer %d from %s %s."
                                    .formatted(
                                            best.layer(),
                                            equals.size() == 1 ? "layer" : "layers",
                                            equals.stream()
                                                    .map(score -> "" + score.layer())
                                                    .collect(Collectors.joining(", "))));
        }
        layers.stream()
                .filter(score -> score.layer() == lastLayer && best.layer() != lastLayer)
                .forEach(score -> words.add(onLast(score)));
        return words;
    }

    private String onLast(LayerScore last) {
        return last.isWorseThanBest()
                ? "The last layer, which a head reads by default, gives %s: for a model that stays frozen take layer %d."
                        .formatted(percent(last.accuracy()), best.layer())
                : "The last layer, which a head reads by default, gives %s: as good as one can tell."
                        .formatted(percent(last.accuracy()));
    }

    /// Table and sentences for a person, ends in a line feed.
    public String text() {
        TextTable table =
                new TextTable().row("layer", "accuracy", "95 % interval", "macro F1", "loss", "");
        for (LayerScore score : layers) {
            String remark =
                    score.layer() == best.layer()
                            ? "best"
                            : score.isWorseThanBest() ? "" : "not told from the best";
            table.row(
                    score.layer() == 0 ? "0 (embeddings)" : "" + score.layer(),
                    three(score.accuracy()),
                    three(score.interval().low()) + " to " + three(score.interval().high()),
                    three(score.macroF1()),
                    three(score.loss()),
                    remark);
        }
        return table.text() + "\n" + String.join("\n", words()) + "\n";
    }

    private static String three(double value) {
        return String.format(Locale.ROOT, "%.3f", value);
    }

    /// All of it for scripts. A number that is undefined or not finite is `null`.
    public ObjectNode json() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("training_texts", trainingTexts);
        json.put("validation_texts", validationTexts);
        ReportJson.names(json, labels);
        json.put("majority_label", majorityLabel);
        ReportJson.put(json, "majority_accuracy", majorityAccuracy);
        json.put("last_layer", lastLayer);
        json.put("best_layer", best.layer());
        ArrayNode rows = json.putArray("layers");
        for (LayerScore score : layers) {
            ObjectNode row = rows.addObject();
            row.put("layer", score.layer());
            ReportJson.put(row, "accuracy", score.accuracy());
            ReportJson.put(row, "accuracy_low", score.interval().low());
            ReportJson.put(row, "accuracy_high", score.interval().high());
            ReportJson.put(row, "macro_f1", score.macroF1());
            ReportJson.put(row, "loss", score.loss());
            ReportJson.put(row, "p_same_as_best", score.sameAsBest());
        }
        ArrayNode words = json.putArray("words");
        words().forEach(words::add);
        return json;
    }
}
