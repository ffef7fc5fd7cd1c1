package xlmr.model;

import java.util.ArrayList;
import java.util.List;

/// Which layers' hidden states are read, and how much each counts: their weighted mean (as
/// WeightedLayerPooling of sentence-transformers). Layer 0 is the output of the embeddings, layer L
/// that of the last encoder layer; negative numbers count from there, -1 is L.
///
/// @param parts none for the last layer alone
public record LayerMix(List<Part> parts) {
    /// One layer.
    ///
    /// @param layer its number
    /// @param weight relative to the others'
    public record Part(int layer, double weight) {}

    /// The last layer alone.
    public static final LayerMix LAST = new LayerMix(List.of());

    /// Refuses weights that have no mean.
    public LayerMix {
        parts = List.copyOf(parts);
        double sum = 0;
        for (Part part : parts) {
            sum += part.weight();
        }
        if (!parts.isEmpty() && !(Double.isFinite(sum) && Math.abs(sum) > 1e-9)) {
            throw new IllegalArgumentException(
                    "layers: the weights sum to %s; expected a sum other than 0".formatted(sum));
        }
    }

    /// Reads `0,-1` (equal weights) or `0:1,6:0.5,12:2`.
    ///
    /// @throws IllegalArgumentException if the text is no such list
    public static LayerMix parse(String text) {
        List<Part> parts = new ArrayList<>();
        for (String part : text.split(",", -1)) {
            String[] fields = part.strip().split(":", -1);
            try {
                if (fields.length > 2) {
                    throw new NumberFormatException();
                }
                double weight = fields.length == 2 ? Double.parseDouble(fields[1]) : 1;
                parts.add(new Part(Integer.parseInt(fields[0]), weight));
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException(
                        "layers: \"%s\" in \"%s\"; expected numbers as in 0,-1 or with weights as in 0:1,12:2"
                                .formatted(part, text),
                        e);
            }
        }
        return new LayerMix(parts);
    }

    /// The share of each layer from 0 to L; the shares sum to 1.
    ///
    /// @param layers L
    /// @throws IllegalArgumentException if the model has no such layer
    public double[] shares(int layers) {
        double[] shares = new double[layers + 1];
        if (parts.isEmpty()) {
            shares[layers] = 1;
            return shares;
        }
        double sum = parts.stream().mapToDouble(Part::weight).sum();
        for (Part part : parts) {
            int layer = part.layer() < 0 ? layers + 1 + part.layer() : part.layer();
            if (layer < 0 || layer > layers) {
                throw new IllegalArgumentException(
                        "layers: no layer %d; expected 0 (the embeddings) to %d, or -1 for the last"
                                .formatted(part.layer(), layers));
            }
            shares[layer] += part.weight() / sum;
        }
        return shares;
    }
}
