package xlmr.train;

import java.util.Locale;
import java.util.function.Predicate;
import xlmr.model.ModelLoader;

/// What fine-tuning changes.
public enum Tune {
    /// Global: every weight of encoder and head.
    FULL(ModelLoader.ALL),
    /// Feature extraction: the head alone. The encoder is frozen and without dropout, so what the
    /// head reads of it is computed once and kept.
    HEAD(ModelLoader.HEAD);

    private final Predicate<String> trainable;

    Tune(Predicate<String> trainable) {
        this.trainable = trainable;
    }

    /// Which parameters train, by name.
    public Predicate<String> trainable() {
        return trainable;
    }

    /// The mode called `full` or `head`.
    public static Tune parse(String name) {
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "full" -> FULL;
            case "head" -> HEAD;
            default ->
                    throw new IllegalArgumentException(
                            "tune: expected full or head, found '%s'".formatted(name));
        };
    }
}
