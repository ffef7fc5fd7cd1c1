package xlmr.model;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// Low-rank adapters (Hu et al. 2022, LoRA): which linear layers of the encoder get one, and of
/// what size.
///
/// @param rank r: an adapter of a layer `[out, in]` has r (out + in) weights
/// @param alpha α: what the adapter says is multiplied by α / r
/// @param targets names of linear layers, see [#LAYERS]
/// @param dropout of what the adapters read, in training
public record LoraSettings(int rank, double alpha, List<String> targets, double dropout) {
    /// The linear layers of an encoder layer. As in PEFT a name means every layer whose full name
    /// ends in it, so that `output.dense` is both that of the attention and that of the
    /// feed-forward network.
    public static final List<String> LAYERS =
            List.of(
                    "query",
                    "key",
                    "value",
                    "attention.output.dense",
                    "intermediate.dense",
                    "output.dense");

    private static final int LARGEST_RANK = 4096;

    /// Rank 8, α 16, on queries and values.
    public static LoraSettings defaults() {
        return new LoraSettings(8, 16, List.of("query", "value"), 0);
    }

    /// Checks the numbers and names.
    public LoraSettings {
        if (rank < 1 || rank > LARGEST_RANK) {
            throw new IllegalArgumentException(
                    "lora: expected a rank r from 1 to %d, found %d".formatted(LARGEST_RANK, rank));
        }
        if (!(alpha > 0) || alpha > 1e6) {
            throw new IllegalArgumentException(
                    "lora: expected an alpha above 0 and at most a million, found " + alpha);
        }
        if (!(dropout >= 0) || dropout >= 1) {
            throw new IllegalArgumentException(
                    "lora: expected a dropout in [0, 1), found " + dropout);
        }
        Set<String> names = new LinkedHashSet<>(targets);
        if (names.isEmpty() || !LAYERS.containsAll(names)) {
            throw new IllegalArgumentException(
                    "lora: expected targets out of %s, found %s"
                            .formatted(String.join("+", LAYERS), String.join("+", targets)));
        }
        targets = List.copyOf(names);
    }

    /// α / r.
    public float scale() {
        return (float) (alpha / rank);
    }

    /// Whether a linear layer gets an adapter.
    ///
    /// @param module its full name, such as `roberta.encoder.layer.0.attention.self.query`
    public boolean targets(String module) {
        return targets.stream().anyMatch(target -> module.endsWith("." + target));
    }

    /// The text that [#parse] reads.
    public String spec() {
        return "r=%d,alpha=%s,targets=%s,dropout=%s"
                .formatted(rank, alpha, String.join("+", targets), dropout);
    }

    /// Reads `r=8,alpha=16,targets=query+value,dropout=0.05`; what is left out is as in
    /// [#defaults], α twice the rank.
    ///
    /// @throws IllegalArgumentException for any other text
    public static LoraSettings parse(String spec) {
        int rank = defaults().rank();
        double alpha = 0;
        double dropout = 0;
        List<String> targets = new ArrayList<>();
        Set<String> seen = new LinkedHashSet<>();
        for (String part : spec.split(",", -1)) {
            String[] fields = part.strip().split("=", 2);
            if (fields.length != 2 || !seen.add(fields[0])) {
                throw malformed(part);
            }
            try {
                switch (fields[0]) {
                    case "r" -> rank = Integer.parseInt(fields[1]);
                    case "alpha" -> alpha = positive(Double.parseDouble(fields[1]), part);
                    case "dropout" -> dropout = Double.parseDouble(fields[1]);
                    case "targets" -> targets.addAll(List.of(fields[1].split("\\+", -1)));
                    default -> throw malformed(part);
                }
            } catch (NumberFormatException e) {
                throw malformed(part);
            }
        }
        return new LoraSettings(
                rank,
                alpha == 0 ? 2.0 * rank : alpha,
                targets.isEmpty() ? defaults().targets() : targets,
                dropout);
    }

    private static double positive(double value, String part) {
        if (value > 0) {
            return value;
        }
        throw malformed(part);
    }

    private static IllegalArgumentException malformed(String part) {
        return new IllegalArgumentException(
                "lora: expected r=8,alpha=16,targets=query+value,dropout=0.05 or some of them, found '%s'"
                        .formatted(part.strip()));
    }
}
