package xlmr.train;

import java.util.Locale;
import java.util.function.Predicate;
import xlmr.model.EncoderLayers;
import xlmr.model.LoraModel;
import xlmr.model.LoraSettings;
import xlmr.model.ModelLoader;
import xlmr.model.XlmRobertaConfig;

/// What fine-tuning changes. The head of the task always trains: it is new.
public sealed interface Tune {
    /// Global: every weight of encoder and head.
    Tune FULL = new Full();

    /// Feature extraction: the head alone. The encoder is frozen and without dropout, so what the
    /// head reads of it is computed once and kept.
    Tune HEAD = new HeadAlone();

    /// All biases, and the head (Ben Zaken et al. 2022, BitFit).
    Tune BIASES = new Biases();

    /// Which parameters train, by name.
    ///
    /// @throws IllegalArgumentException if the model has not the layers that should train
    Predicate<String> trainable(XlmRobertaConfig config);

    /// Which of these train in an epoch: all of them, unless they are unfrozen one after the other.
    ///
    /// @param epoch from 1
    default Predicate<String> trainable(XlmRobertaConfig config, int epoch) {
        return trainable(config);
    }

    /// The text that [#parse] reads, such as `top:4`.
    String spec();

    /// What trains, in plain words.
    String words(XlmRobertaConfig config);

    /// The learning rate that one tries first: the fewer weights train, the larger.
    double usualRate();

    /// The same without the embeddings: a quarter of the base model's encoder less to train, and of
    /// its memory far more.
    default Tune withoutEmbeddings() {
        return new WithoutEmbeddings(this);
    }

    /// Everything.
    record Full() implements Tune {
        @Override
        public Predicate<String> trainable(XlmRobertaConfig config) {
            return ModelLoader.ALL;
        }

        @Override
        public String spec() {
            return "full";
        }

        @Override
        public String words(XlmRobertaConfig config) {
            return "everything: the embeddings, all %d encoder layers and the head"
                    .formatted(config.numHiddenLayers());
        }

        @Override
        public double usualRate() {
            return 5e-5;
        }
    }

    /// The head alone.
    record HeadAlone() implements Tune {
        @Override
        public Predicate<String> trainable(XlmRobertaConfig config) {
            return ModelLoader.HEAD;
        }

        @Override
        public String spec() {
            return "head";
        }

        @Override
        public String words(XlmRobertaConfig config) {
            return "the head alone; the encoder stays as it is";
        }

        @Override
        public double usualRate() {
            return 1e-3;
        }
    }

    /// The highest encoder layers, those next to the head, and the head.
    ///
    /// @param count layers, at least 1
    record Top(int count) implements Tune {
        /// Checks the number.
        public Top {
            if (count < 1) {
                throw new IllegalArgumentException(
                        "tune: expected at least one layer, found top:%d; the head alone is called head"
                                .formatted(count));
            }
        }

        @Override
        public Predicate<String> trainable(XlmRobertaConfig config) {
            return range(config).trainable(config);
        }

        private Layers range(XlmRobertaConfig config) {
            int layers = config.numHiddenLayers();
            if (count > layers) {
                throw new IllegalArgumentException(
                        "tune: top:%d, but the model has %d encoder layers; expected top:1 to top:%d"
                                .formatted(count, layers, layers));
            }
            return new Layers(layers - count, layers - 1);
        }

        @Override
        public String spec() {
            return "top:" + count;
        }

        @Override
        public String words(XlmRobertaConfig config) {
            return range(config).words(config);
        }

        @Override
        public double usualRate() {
            return FULL.usualRate();
        }
    }

    /// Some encoder layers, and the head.
    ///
    /// @param from first of them, counted from 0 at the embeddings
    /// @param to last of them
    record Layers(int from, int to) implements Tune {
        /// Checks the order.
        public Layers {
            if (from < 0 || to < from) {
                throw new IllegalArgumentException(
                        "tune: expected layers:A-B with 0 <= A <= B, found layers:%d-%d"
                                .formatted(from, to));
            }
        }

        @Override
        public Predicate<String> trainable(XlmRobertaConfig config) {
            int layers = config.numHiddenLayers();
            if (to >= layers) {
                throw new IllegalArgumentException(
                        "tune: %s, but the model's encoder layers are 0 to %d"
                                .formatted(spec(), layers - 1));
            }
            return ModelLoader.HEAD.or(
                    name -> {
                        int layer = EncoderLayers.of(name, layers);
                        return layer >= from && layer <= to;
                    });
        }

        @Override
        public String spec() {
            return "layers:%d-%d".formatted(from, to);
        }

        @Override
        public String words(XlmRobertaConfig config) {
            return "encoder layers %d to %d of 0 to %d, and the head"
                    .formatted(from, to, config.numHiddenLayers() - 1);
        }

        @Override
        public double usualRate() {
            return FULL.usualRate();
        }
    }

    /// All biases.
    record Biases() implements Tune {
        @Override
        public Predicate<String> trainable(XlmRobertaConfig config) {
            return ModelLoader.HEAD.or(name -> name.endsWith(".bias"));
        }

        @Override
        public String spec() {
            return "bias";
        }

        @Override
        public String words(XlmRobertaConfig config) {
            return "the biases, and the head";
        }

        @Override
        public double usualRate() {
            return 5e-4;
        }
    }

    /// Gradual unfreezing (Howard and Ruder 2018): the head alone at first, then a layer more from
    /// the top down every so many epochs, at last the embeddings.
    ///
    /// @param epochs until the next layer joins, at least 1
    record Gradual(int epochs) implements Tune {
        /// Checks the number.
        public Gradual {
            if (epochs < 1) {
                throw new IllegalArgumentException(
                        "tune: expected gradual or gradual:N with N epochs a layer, at least 1,"
                                + " found"
                                + " gradual:%d".formatted(epochs));
            }
        }

        @Override
        public Predicate<String> trainable(XlmRobertaConfig config) {
            return ModelLoader.ALL;
        }

        @Override
        public Predicate<String> trainable(XlmRobertaConfig config, int epoch) {
            int layers = config.numHiddenLayers();
            int deepest = (epoch - 1) / epochs;
            return name -> EncoderLayers.depth(name, layers) <= deepest;
        }

        @Override
        public String spec() {
            return epochs == 1 ? "gradual" : "gradual:" + epochs;
        }

        @Override
        public String words(XlmRobertaConfig config) {
            return "the head, and from the top down one of %d encoder layers more every %s, the embeddings last"
                    .formatted(
                            config.numHiddenLayers(), epochs == 1 ? "epoch" : epochs + " epochs");
        }

        @Override
        public double usualRate() {
            return FULL.usualRate();
        }
    }

    /// Adapters of low rank beside linear layers of the encoder (Hu et al. 2022, LoRA), and the
    /// head. The encoder itself stays as it is.
    ///
    /// @param settings which layers get one, and of what size
    record Lora(LoraSettings settings) implements Tune {
        @Override
        public Predicate<String> trainable(XlmRobertaConfig config) {
            return ModelLoader.HEAD.or(LoraModel::isAdapter);
        }

        @Override
        public String spec() {
            return "lora:" + settings.spec();
        }

        @Override
        public String words(XlmRobertaConfig config) {
            return "adapters of rank %d on %s of all %d encoder layers, and the head"
                    .formatted(
                            settings.rank(),
                            String.join(", ", settings.targets()),
                            config.numHiddenLayers());
        }

        @Override
        public double usualRate() {
            return 5e-4;
        }

        @Override
        public Tune withoutEmbeddings() {
            return this;
        }
    }

    /// The embeddings stay as they are, whatever else trains.
    ///
    /// @param rest what else trains
    record WithoutEmbeddings(Tune rest) implements Tune {
        @Override
        public Predicate<String> trainable(XlmRobertaConfig config) {
            return rest.trainable(config).and(name -> !EncoderLayers.isEmbedding(name));
        }

        @Override
        public Predicate<String> trainable(XlmRobertaConfig config, int epoch) {
            return rest.trainable(config, epoch).and(name -> !EncoderLayers.isEmbedding(name));
        }

        @Override
        public String spec() {
            return rest.spec() + " without embeddings";
        }

        @Override
        public String words(XlmRobertaConfig config) {
            return rest instanceof Full
                    ? "all %d encoder layers and the head; the embeddings stay as they are"
                            .formatted(config.numHiddenLayers())
                    : rest.words(config) + "; the embeddings stay as they are";
        }

        @Override
        public double usualRate() {
            return rest.usualRate();
        }

        @Override
        public Tune withoutEmbeddings() {
            return this;
        }
    }

    /// The choice called `full`, `head`, `bias`, `top:4`, `layers:0-5`, `gradual` or `gradual:2`.
    ///
    /// @throws IllegalArgumentException for any other text
    static Tune parse(String spec) {
        String name = spec.strip().toLowerCase(Locale.ROOT);
        return switch (name) {
            case "full" -> FULL;
            case "head" -> HEAD;
            case "bias" -> BIASES;
            case "gradual" -> new Gradual(1);
            default -> layers(name, spec);
        };
    }

    private static Tune layers(String name, String spec) {
        try {
            if (name.startsWith("top:")) {
                return new Top(Integer.parseInt(name.substring("top:".length())));
            }
            if (name.startsWith("gradual:")) {
                return new Gradual(Integer.parseInt(name.substring("gradual:".length())));
            }
            if (name.startsWith("layers:")) {
                String[] ends = name.substring("layers:".length()).split("-", 2);
                int from = Integer.parseInt(ends[0]);
                return new Layers(from, ends.length == 1 ? from : Integer.parseInt(ends[1]));
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(unknown(spec), e);
        }
        throw new IllegalArgumentException(unknown(spec));
    }

    private static String unknown(String spec) {
        return ("tune: expected full, head, bias, top:K (top:4), layers:A-B (layers:8-11) or"
                        + " gradual[:EPOCHS] (gradual:2), found '%s'")
                .formatted(spec);
    }
}
