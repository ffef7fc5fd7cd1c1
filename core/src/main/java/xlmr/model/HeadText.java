package xlmr.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import xlmr.backend.Activation;
import xlmr.nn.Cell;

/// [HeadSpec] as a short text: a word, then what it needs between colons.
final class HeadText {
    private HeadText() {}

    static HeadSpec read(String text) {
        int colon = text.indexOf(':');
        String word = colon < 0 ? text : text.substring(0, colon);
        String rest = colon < 0 ? "" : text.substring(colon + 1);
        return switch (word) {
            case "roberta" -> plain(text, rest, new HeadSpec.Reference());
            case "linear" -> plain(text, rest, new HeadSpec.Perceptron(List.of(), Activation.GELU));
            case "mlp" -> perceptron(text, rest);
            case "lstm" -> recurrent(text, rest, Cell.LSTM, false);
            case "bilstm" -> recurrent(text, rest, Cell.LSTM, true);
            case "gru" -> recurrent(text, rest, Cell.GRU, false);
            case "bigru" -> recurrent(text, rest, Cell.GRU, true);
            case "cnn" -> convolutions(text, rest);
            case "attention", "mean", "max" -> plain(text, rest, new HeadSpec.Pooled(pooled(word)));
            case "mix" -> {
                if (rest.startsWith("mix")) {
                    throw refused(text, "another head than a mix in the mix");
                }
                yield new HeadSpec.Mix(rest.isEmpty() ? new HeadSpec.Reference() : read(rest));
            }
            default -> {
                if (!word.matches("[A-Za-z0-9-]{1,64}")) {
                    throw refused(text, "one of " + String.join(", ", HeadSpec.WORDS));
                }
                yield new HeadSpec.Own(word, rest);
            }
        };
    }

    static String write(HeadSpec spec) {
        return switch (spec) {
            case HeadSpec.Reference reference -> "roberta";
            case HeadSpec.Perceptron perceptron ->
                    perceptron.sizes().isEmpty()
                            ? "linear"
                            : "mlp:%s:%s"
                                    .formatted(
                                            perceptron.sizes().stream()
                                                    .map(String::valueOf)
                                                    .collect(Collectors.joining(",")),
                                            lower(perceptron.activation()));
            case HeadSpec.RecurrentNetwork network ->
                    "%s:%d%s%s"
                            .formatted(
                                    word(network),
                                    network.hidden(),
                                    network.layers() == 1 ? "" : "x" + network.layers(),
                                    network.summary() == HeadSpec.Summary.LAST
                                            ? ""
                                            : ":" + lower(network.summary()));
            case HeadSpec.Convolutions convolutions ->
                    "cnn:"
                            + convolutions.filters().stream()
                                    .map(filter -> filter.channels() + "x" + filter.width())
                                    .collect(Collectors.joining(","));
            case HeadSpec.Pooled pooled -> lower(pooled.kind());
            case HeadSpec.Mix mix -> "mix:" + write(mix.head());
            case HeadSpec.Own own ->
                    own.argument().isEmpty() ? own.name() : own.name() + ":" + own.argument();
        };
    }

    /// The first word of a recurrent network's text.
    static String word(HeadSpec.RecurrentNetwork network) {
        return (network.both() ? "bi" : "") + lower(network.cell());
    }

    static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    static HeadSpec.Pooled.Kind pooled(String word) {
        return HeadSpec.Pooled.Kind.valueOf(word.toUpperCase(Locale.ROOT));
    }

    /// An activation by name.
    static Activation activation(String name) {
        return named(Activation.values(), "activation", name);
    }

    /// A summary by name.
    static HeadSpec.Summary summary(String name) {
        return named(HeadSpec.Summary.values(), "summary", name);
    }

    private static <E extends Enum<E>> E named(E[] all, String what, String name) {
        return Arrays.stream(all)
                .filter(value -> lower(value).equals(name))
                .findFirst()
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "head: the %s is '%s'; expected one of %s"
                                                .formatted(
                                                        what,
                                                        name,
                                                        Arrays.stream(all)
                                                                .map(HeadText::lower)
                                                                .collect(
                                                                        Collectors.joining(
                                                                                ", ")))));
    }

    private static HeadSpec plain(String text, String rest, HeadSpec spec) {
        if (!rest.isEmpty() || text.endsWith(":")) {
            throw refused(text, "nothing after the colon");
        }
        return spec;
    }

    private static HeadSpec perceptron(String text, String rest) {
        String[] fields = rest.split(":", -1);
        if (rest.isEmpty() || fields.length > 2) {
            throw refused(text, "sizes and perhaps an activation, as in mlp:512,256:gelu");
        }
        List<Integer> sizes = new ArrayList<>();
        for (String size : fields[0].split(",", -1)) {
            sizes.add(number(text, size));
        }
        return new HeadSpec.Perceptron(
                sizes, fields.length == 1 ? Activation.GELU : activation(fields[1]));
    }

    private static HeadSpec recurrent(String text, String rest, Cell cell, boolean both) {
        String[] fields = rest.split(":", -1);
        String[] sizes = fields[0].split("x", -1);
        if (rest.isEmpty() || fields.length > 2 || sizes.length > 2) {
            throw refused(
                    text,
                    "a size, perhaps layers and a summary, as in bilstm:256x2 or gru:128:max");
        }
        return new HeadSpec.RecurrentNetwork(
                cell,
                both,
                number(text, sizes[0]),
                sizes.length == 1 ? 1 : number(text, sizes[1]),
                fields.length == 1 ? HeadSpec.Summary.LAST : summary(fields[1]));
    }

    private static HeadSpec convolutions(String text, String rest) {
        List<HeadSpec.Convolutions.Filter> filters = new ArrayList<>();
        for (String filter : rest.split(",", -1)) {
            String[] sizes = filter.split("x", -1);
            if (sizes.length != 2) {
                throw refused(text, "channels x width, as in cnn:128x3 or cnn:64x2,64x3,64x4");
            }
            filters.add(
                    new HeadSpec.Convolutions.Filter(
                            number(text, sizes[0]), number(text, sizes[1])));
        }
        return new HeadSpec.Convolutions(filters);
    }

    private static int number(String text, String digits) {
        if (!digits.matches("[0-9]{1,9}")) {
            throw refused(text, "a whole number in place of '%s'".formatted(digits));
        }
        return Integer.parseInt(digits);
    }

    private static IllegalArgumentException refused(String text, String expected) {
        return new IllegalArgumentException(
                "head: expected %s, found '%s'".formatted(expected, text));
    }
}
