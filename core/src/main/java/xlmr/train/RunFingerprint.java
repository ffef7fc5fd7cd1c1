package xlmr.train;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import xlmr.autograd.KeptActivations;
import xlmr.optim.AdamWSettings;

/// What decides the bits of a run, as texts by name: its settings, its data and the model that it
/// starts from. A run goes on only as what it began as.
///
/// @param facts in the order in which differences are told
public record RunFingerprint(SequencedMap<String, String> facts) {
    /// Nothing known.
    public static final RunFingerprint EMPTY = new RunFingerprint(new LinkedHashMap<>());

    /// Copies the facts.
    public RunFingerprint {
        facts = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(facts));
    }

    /// What the options decide. Records are taken as a whole, so that no option is left out.
    public static RunFingerprint of(TrainingOptions options) {
        return EMPTY.with("what trains", options.tune().spec())
                .with("epochs", options.epochs())
                .with("batches", inside(options.batching()))
                .with("learning rates", inside(options.rates()))
                .with("loss", inside(options.loss()))
                .with("clip norm", options.clipNorm())
                .with("activations", rounding(options.kept()))
                .with("seed", options.seed())
                .with("patience", options.patience())
                .with("metric", options.metric().spec());
    }

    /// Computed again, activations have the same bits.
    private static String rounding(KeptActivations kept) {
        return switch (kept) {
            case FLOAT32, RECOMPUTED -> "float32";
            case BFLOAT16 -> "bfloat16";
        };
    }

    /// What stands between the brackets of a record's text.
    private static String inside(Record options) {
        String text = options.toString();
        return text.substring(text.indexOf('[') + 1, text.length() - 1);
    }

    /// What the constants of the optimizer decide.
    RunFingerprint with(AdamWSettings settings) {
        return with("beta1", settings.beta1())
                .with("beta2", settings.beta2())
                .with("epsilon", settings.epsilon())
                .with("weight decay", settings.weightDecay());
    }

    /// One more fact.
    public RunFingerprint with(String name, Object value) {
        SequencedMap<String, String> more = new LinkedHashMap<>(facts);
        more.put(name, String.valueOf(value));
        return new RunFingerprint(more);
    }

    /// What differs from another run, such as `epochs: 3 then, 5 now`.
    ///
    /// @param before how the other run began
    public List<String> differences(RunFingerprint before) {
        List<String> differences = new ArrayList<>();
        SequencedMap<String, String> all = new LinkedHashMap<>(before.facts);
        all.putAll(facts);
        for (String name : all.keySet()) {
            String then = before.facts.getOrDefault(name, "none");
            String now = facts.getOrDefault(name, "none");
            if (!then.equals(now)) {
                differences.add("%s: %s then, %s now".formatted(name, then, now));
            }
        }
        return differences;
    }
}
