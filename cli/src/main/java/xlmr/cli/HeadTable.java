package xlmr.cli;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import xlmr.model.PrunedHeads;
import xlmr.train.HeadImportance;

/// How important each attention head of a model is, a line a layer.
///
/// @param importance as measured
/// @param gone the heads that are taken out
record HeadTable(HeadImportance importance, PrunedHeads gone) {
    /// The table, in which heads that are taken out stand in brackets.
    void print(PrintStream out) {
        List<HeadImportance.Layer> layers = importance.layers();
        int columns =
                1 + layers.stream().mapToInt(layer -> layer.heads().getLast()).max().orElse(0);
        out.printf(
                "importance of each head, the l2 norm of a layer being 1, over %,d examples;"
                        + " (gone)%n",
                importance.examples());
        out.print("layer");
        for (int head = 0; head < columns; head++) {
            out.printf(" %7s", "head " + head);
        }
        out.println();
        for (int layer = 0; layer < layers.size(); layer++) {
            out.printf("%5d", layer);
            out.println(row(layer, columns));
        }
    }

    private String row(int layer, int columns) {
        List<Integer> heads = importance.layers().get(layer).heads();
        double[] values = importance.layers().get(layer).importance();
        StringBuilder row = new StringBuilder();
        for (int head = 0; head < columns; head++) {
            int place = heads.indexOf(head);
            String cell = place < 0 ? "" : "%.2f".formatted(values[place]);
            row.append(
                    gone.of(layer).contains(head)
                            ? " %7s".formatted("(" + cell + ")")
                            : " %6s ".formatted(cell));
        }
        return row.toString().stripTrailing();
    }

    /// Importances and heads gone by layer.
    Map<String, Object> fields() {
        List<Map<String, Double>> byLayer = new ArrayList<>();
        for (HeadImportance.Layer layer : importance.layers()) {
            Map<String, Double> byHead = new LinkedHashMap<>();
            double[] values = layer.importance();
            for (int i = 0; i < values.length; i++) {
                byHead.put(layer.heads().get(i).toString(), values[i]);
            }
            byLayer.add(byHead);
        }
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("head_importance", byLayer);
        fields.put("heads_gone", gone.byLayer());
        return fields;
    }
}
