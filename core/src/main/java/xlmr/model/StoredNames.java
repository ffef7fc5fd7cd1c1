package xlmr.model;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import xlmr.checkpoint.Checkpoint;

/// Under which name a checkpoint has each parameter. The parameters are called as in the
/// reference's classes with a head, `roberta.` in front of the encoder. A checkpoint may have
/// - the encoder under another prefix or none: `embeddings...` of a bare encoder,
///   `module.roberta.`, `xlm_roberta.`, `bert.` of a BERT layout; what stands in front of the
///   prefix also stands in front of the head;
/// - LayerNorm's weights as `gamma` and `beta`, as very old ones do.
final class StoredNames {
    private static final String ENCODER = "roberta.";
    private static final String WORDS = "embeddings.word_embeddings.weight";

    private final Map<String, String> stored = new LinkedHashMap<>();

    private StoredNames(Checkpoint checkpoint) {
        String encoder = encoderPrefix(checkpoint);
        String outer = encoder.substring(0, encoder.lastIndexOf('.', encoder.length() - 2) + 1);
        for (String name : checkpoint.names()) {
            stored.putIfAbsent(modern(parameter(name, encoder, outer)), name);
        }
    }

    static StoredNames of(Checkpoint checkpoint) {
        return new StoredNames(checkpoint);
    }

    /// The name in the checkpoint, or null if it lacks the parameter.
    @Nullable String find(String parameter) {
        return stored.get(parameter);
    }

    /// The reference's class that such names come from, by its head; empty for a bare encoder.
    Optional<Task> task() {
        if (has("classifier.out_proj.weight")) {
            return Optional.of(Task.SEQUENCE_CLASSIFICATION);
        }
        if (has("lm_head.dense.weight")) {
            return Optional.of(Task.MASKED_LM);
        }
        if (has("qa_outputs.weight")) {
            return Optional.of(Task.QUESTION_ANSWERING);
        }
        return has("classifier.weight") && !has("roberta.pooler.dense.weight")
                ? Optional.of(Task.TOKEN_CLASSIFICATION)
                : Optional.empty();
    }

    private boolean has(String parameter) {
        return stored.containsKey(parameter);
    }

    /// What stands in front of the encoder's names: `roberta.` where there is one.
    private static String encoderPrefix(Checkpoint checkpoint) {
        List<String> prefixes = new ArrayList<>();
        for (String name : checkpoint.names()) {
            if (name.equals(WORDS) || name.endsWith("." + WORDS)) {
                prefixes.add(name.substring(0, name.length() - WORDS.length()));
            }
        }
        return prefixes.stream()
                .min(
                        Comparator.comparing((String prefix) -> !prefix.equals(ENCODER))
                                .thenComparing(String::length))
                .orElse(ENCODER);
    }

    private static String parameter(String name, String encoder, String outer) {
        if (encoder.isEmpty()) {
            boolean ofEncoder =
                    name.startsWith("embeddings.")
                            || name.startsWith("encoder.")
                            || name.startsWith("pooler.");
            return ofEncoder ? ENCODER + name : name;
        }
        if (name.startsWith(encoder)) {
            return ENCODER + name.substring(encoder.length());
        }
        return name.startsWith(outer) ? name.substring(outer.length()) : name;
    }

    private static String modern(String name) {
        if (name.endsWith("LayerNorm.gamma") || name.endsWith("layer_norm.gamma")) {
            return name.substring(0, name.length() - "gamma".length()) + "weight";
        }
        if (name.endsWith("LayerNorm.beta") || name.endsWith("layer_norm.beta")) {
            return name.substring(0, name.length() - "beta".length()) + "bias";
        }
        return name;
    }
}
