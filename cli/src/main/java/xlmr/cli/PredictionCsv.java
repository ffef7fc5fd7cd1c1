package xlmr.cli;

import de.siegmar.fastcsv.writer.CsvWriter;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.Writer;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;
import xlmr.checkpoint.AtomicFile;
import xlmr.pipeline.Prediction;

/// Predictions as a table: CSV (RFC 4180), UTF-8, a header and a line for each text. Empty where a
/// number does not exist.
final class PredictionCsv {
    private final CsvWriter csv;
    private long lines;
    private @Nullable List<String> labels;

    private PredictionCsv(CsvWriter csv) {
        this.csv = csv;
    }

    /// Takes one prediction.
    interface Sink {
        void accept(Prediction prediction) throws IOException;
    }

    /// Gives predictions to a sink until there are no more.
    interface Source {
        void writeTo(Sink sink) throws IOException;
    }

    /// Whether a file's name asks for a table.
    static boolean isFor(Path file) {
        return file.toString().toLowerCase(Locale.ROOT).endsWith(".csv");
    }

    /// Writes a file, which appears when all is done.
    static void write(Streams streams, Path file, Source source) {
        long[] count = new long[1];
        AtomicFile.write(
                file,
                channel -> {
                    Writer text =
                            new BufferedWriter(
                                    Channels.newWriter(channel, StandardCharsets.UTF_8), 1 << 16);
                    PredictionCsv table = new PredictionCsv(CsvWriter.builder().build(text));
                    source.writeTo(table::row);
                    table.csv.flush();
                    text.flush();
                    count[0] = table.lines;
                });
        streams.out().printf("%d predictions in %s%n", count[0], file);
    }

    private void row(Prediction prediction) throws IOException {
        if (labels == null) {
            labels = List.copyOf(prediction.probabilities().keySet());
            csv.writeRecord(header(labels));
        }
        List<String> row = new ArrayList<>();
        row.add(prediction.text());
        row.add(prediction.label());
        row.add(number(prediction.probability()));
        row.add(number(prediction.logit()));
        row.add(number(prediction.margin()));
        row.add(prediction.second().orElse(""));
        row.add(number(prediction.entropy()));
        row.add(number(prediction.relativeEntropy()));
        row.add(prediction.activation());
        row.add(Boolean.toString(prediction.abstains()));
        Map<String, Double> probabilities = prediction.probabilities();
        for (String label : labels) {
            row.add(Double.toString(probabilities.getOrDefault(label, Double.NaN)));
        }
        if (!labels.isEmpty()) {
            prediction.logits().forEach(logit -> row.add(Float.toString(logit)));
        }
        csv.writeRecord(row);
        lines++;
    }

    private static List<String> header(List<String> labels) {
        List<String> header =
                new ArrayList<>(
                        List.of(
                                "text",
                                "label",
                                "probability",
                                "logit",
                                "margin",
                                "second",
                                "entropy",
                                "relative_entropy",
                                "activation",
                                "abstains"));
        labels.forEach(label -> header.add("probability: " + label));
        labels.forEach(label -> header.add("logit: " + label));
        return header;
    }

    private static String number(OptionalDouble value) {
        return value.isPresent() ? Double.toString(value.getAsDouble()) : "";
    }
}
