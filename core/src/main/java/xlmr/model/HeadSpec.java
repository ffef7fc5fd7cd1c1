package xlmr.model;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import xlmr.backend.Activation;
import xlmr.checkpoint.JsonDocument;
import xlmr.nn.Cell;

/// Which head a model has, as `--head` states it: `roberta`, `mlp:512,256:gelu`, `bilstm:256`,
/// `cnn:128x3`, `mix:lstm:128`, or the same as a JSON object.
public sealed interface HeadSpec {
    /// Field of `config.json` that holds it, as an object.
    String FIELD = "xlmr_head";

    /// The first words of all heads built in.
    List<String> WORDS =
            List.of(
                    "roberta",
                    "linear",
                    "mlp",
                    "lstm",
                    "bilstm",
                    "gru",
                    "bigru",
                    "cnn",
                    "attention",
                    "mean",
                    "max",
                    "mix");

    /// Largest size of a layer.
    int LARGEST = 8192;

    /// The reference's: the default of every task.
    record Reference() implements HeadSpec {}

    /// Linear layers with an activation between them.
    ///
    /// @param sizes of the inner layers; none for one linear layer alone
    /// @param activation after each of them
    record Perceptron(List<Integer> sizes, Activation activation) implements HeadSpec {
        /// Checks the sizes.
        public Perceptron {
            sizes = List.copyOf(sizes);
            sizes.forEach(size -> HeadSpec.check("size", size, LARGEST));
            HeadSpec.check("number of layers", sizes.size() + 1, 16);
        }
    }

    /// A recurrent network over the tokens.
    ///
    /// @param cell LSTM or GRU
    /// @param both whether it reads backwards, too
    /// @param hidden H, columns of each direction
    /// @param layers one on top of the other
    /// @param summary what it makes of a sequence; of no account where every token has a label
    record RecurrentNetwork(Cell cell, boolean both, int hidden, int layers, Summary summary)
            implements HeadSpec {
        /// Checks the sizes.
        public RecurrentNetwork {
            HeadSpec.check("hidden size", hidden, LARGEST);
            HeadSpec.check("number of layers", layers, 8);
        }
    }

    /// How the results at all tokens become one.
    enum Summary {
        /// The final states.
        LAST,
        /// Their mean.
        MEAN,
        /// The largest of each column.
        MAX
    }

    /// Convolutions over the tokens, and of a sequence the largest of each channel.
    ///
    /// @param filters side by side
    record Convolutions(List<Filter> filters) implements HeadSpec {
        /// Filters of one width.
        ///
        /// @param channels how many
        /// @param width tokens that each reads
        public record Filter(int channels, int width) {
            /// Checks the sizes.
            public Filter {
                HeadSpec.check("number of channels", channels, LARGEST);
                HeadSpec.check("width", width, 31);
            }
        }

        /// Checks the number of filters.
        public Convolutions {
            filters = List.copyOf(filters);
            HeadSpec.check("number of filters", filters.size(), 16);
        }
    }

    /// All tokens of a sequence brought together, then one linear layer.
    ///
    /// @param kind how
    record Pooled(Kind kind) implements HeadSpec {
        /// Ways to bring tokens together.
        public enum Kind {
            /// Weighted by a trained question.
            ATTENTION,
            /// Their mean.
            MEAN,
            /// The largest of each column.
            MAX
        }
    }

    /// A trained mean of all layers in front of another head.
    ///
    /// @param head that reads the mean
    record Mix(HeadSpec head) implements HeadSpec {
        /// Refuses a mix of a mix.
        public Mix {
            if (head instanceof Mix) {
                throw new IllegalArgumentException("head: mix of mix; expected another head");
            }
        }
    }

    /// One that [HeadFactories] knows by name.
    ///
    /// @param name the factory's
    /// @param argument for the factory
    record Own(String name, String argument) implements HeadSpec {}

    /// Reads a short text, or a JSON object.
    ///
    /// @throws IllegalArgumentException if it is neither
    static HeadSpec parse(String text) {
        return text.stripLeading().startsWith("{")
                ? HeadJson.read(JsonDocument.parse("head", text))
                : HeadText.read(text);
    }

    /// The head of a configuration: the reference's, unless it says otherwise.
    ///
    /// @throws xlmr.checkpoint.CheckpointException if what it says is no head
    static HeadSpec of(XlmRobertaConfig config) {
        String json = config.otherFields().get(FIELD);
        return json == null ? new Reference() : HeadJson.readField(json);
    }

    /// Whether models for a task may have it.
    default boolean fits(Task task) {
        return switch (this) {
            case Reference reference -> true;
            case Pooled pooled -> task == Task.SEQUENCE_CLASSIFICATION;
            case Mix mix -> task.hasLabels() && mix.head().fits(task);
            case Perceptron perceptron -> task.hasLabels();
            case RecurrentNetwork network -> task.hasLabels();
            case Convolutions convolutions -> task.hasLabels();
            case Own own -> task.hasLabels();
        };
    }

    /// Refuses what does not [fit][#fits] a task, and a name that nobody has given.
    ///
    /// @throws IllegalArgumentException saying which heads the task can have
    default void requireFor(Task task) {
        HeadSpec inner = this instanceof Mix mix ? mix.head() : this;
        if (inner instanceof Own own) {
            HeadFactories.named(own.name());
        }
        if (!fits(task)) {
            String possible =
                    task == Task.TOKEN_CLASSIFICATION
                            ? "one that gives every token a row: roberta, linear, mlp, lstm,"
                                    + " bilstm, gru, bigru, cnn, or mix of these"
                            : "roberta, its only one";
            throw new IllegalArgumentException(
                    "head: %s is not one for %s; expected %s"
                            .formatted(text(), task.word(), possible));
        }
    }

    /// As a short text, which [#parse] reads.
    default String text() {
        return HeadText.write(this);
    }

    /// As a JSON object, which [#parse] reads.
    default ObjectNode json() {
        return HeadJson.write(this);
    }

    private static void check(String what, int value, int most) {
        if (value < 1 || value > most) {
            throw new IllegalArgumentException(
                    "head: the %s is %d; expected 1 to %d".formatted(what, value, most));
        }
    }
}
