package xlmr.golden;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.Stream;
import xlmr.checkpoint.Checkpoint;
import xlmr.checkpoint.SafetensorsWriter;
import xlmr.tensor.Shape;

/// One case of `edge_cases.safetensors` as files: its inputs under the names that the forward pass
/// reads, and the base model with the configuration or weights that the case changes.
record EdgeCase(Path folder, Path model, Checkpoint inputs, boolean[] mask)
        implements AutoCloseable {
    static EdgeCase prepare(Checkpoint cases, String name) {
        try {
            Path folder = Files.createTempDirectory("edge-case");
            Path inputs = folder.resolve("inputs.safetensors");
            writeInputs(cases, name, inputs);
            Path model = Files.createDirectory(folder.resolve("model"));
            writeModel(cases, name, model);
            return new EdgeCase(folder, model, Checkpoint.open(inputs), mask(cases, name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void writeInputs(Checkpoint cases, String name, Path file) {
        SafetensorsWriter writer = new SafetensorsWriter();
        for (String key : cases.names()) {
            if (!key.startsWith(name + ".inputs.")) {
                continue;
            }
            String input = key.substring(name.length() + 1);
            if (cases.info(key).dtype().isFloat()) {
                writer.add(input, cases.tensor(key));
            } else {
                writer.addIntegers(input, shape(cases, key), cases.integers(key));
            }
        }
        writer.write(file);
    }

    private static Shape shape(Checkpoint cases, String key) {
        return Shape.of(
                Arrays.stream(cases.info(key).shape()).mapToInt(Math::toIntExact).toArray());
    }

    private static void writeModel(Checkpoint cases, String name, Path directory)
            throws IOException {
        Path base = Fixtures.path("models/base_with_pooler");
        String config = Files.readString(base.resolve("config.json"));
        if (name.startsWith("act_")) {
            config =
                    config.replace(
                            "\"hidden_act\": \"gelu\"",
                            "\"hidden_act\": \"" + name.substring(4) + "\"");
        } else if (name.startsWith("eps_")) {
            config =
                    config.replace(
                            "\"layer_norm_eps\": 1e-05",
                            "\"layer_norm_eps\": " + name.substring(4));
        } else if (name.equals("two_token_types")) {
            config = config.replace("\"type_vocab_size\": 1", "\"type_vocab_size\": 2");
        }
        Files.writeString(directory.resolve("config.json"), config);
        String prefix = name + ".weights.";
        Checkpoint weights = Checkpoint.open(base);
        SafetensorsWriter writer = new SafetensorsWriter();
        for (String weight : weights.names()) {
            if (name.equals("no_pooler") && weight.startsWith("pooler.")) {
                continue;
            }
            writer.add(
                    weight,
                    cases.contains(prefix + weight)
                            ? cases.tensor(prefix + weight)
                            : weights.tensor(weight));
        }
        writer.write(directory.resolve("model.safetensors"));
    }

    private static boolean[] mask(Checkpoint cases, String name) {
        String key = name + ".inputs.attention_mask";
        if (!cases.contains(key)) {
            boolean[] all = new boolean[cases.integers(name + ".inputs.input_ids").length];
            Arrays.fill(all, true);
            return all;
        }
        double[] values =
                cases.info(key).dtype().isFloat()
                        ? cases.doubles(key)
                        : Arrays.stream(cases.integers(key)).asDoubleStream().toArray();
        boolean[] mask = new boolean[values.length];
        for (int i = 0; i < mask.length; i++) {
            mask[i] = values[i] != 0;
        }
        return mask;
    }

    @Override
    public void close() {
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
