package xlmr.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import xlmr.checkpoint.LoadReport;
import xlmr.onnx.OnnxExport;
import xlmr.onnx.OnnxOptions;
import xlmr.onnx.OnnxResult;
import xlmr.onnx.WeightPlace;
import xlmr.tensor.DType;

/// How `convert` writes ONNX: the options that are for this format alone, and what is said of the
/// result.
final class OnnxOutput {
    @Option(
            names = "--encoder-only",
            description = "For onnx: leave out the head; hidden states come out.")
    private boolean encoderOnly;

    @Option(
            names = "--external-data",
            description =
                    "For onnx: put the weights into model.onnx.data beside the model, as happens"
                            + " above 2 GB. A runtime maps them instead of reading them.")
    private boolean externalData;

    /// Whether an option was given that only this format has.
    boolean isAsked() {
        return encoderOnly || externalData;
    }

    /// Writes a model to a directory.
    ///
    /// @param dtype of matrices, or null for float32
    OnnxResult write(Path model, Path directory, @Nullable DType dtype) {
        if (dtype == DType.BF16) {
            throw new CommandException("--dtype bf16: ONNX weights are f32 or f16");
        }
        return OnnxExport.write(
                model,
                directory,
                new OnnxOptions(
                        encoderOnly,
                        dtype == null ? DType.F32 : dtype,
                        externalData ? WeightPlace.BESIDE : WeightPlace.AUTOMATIC));
    }

    /// Says what was written.
    ///
    /// @param output where it is now
    void report(
            OnnxResult result, Path output, @Nullable DType dtype, boolean json, Streams streams) {
        result.config().warnings().forEach(warning -> warn(warning, streams));
        result.report().warnings().forEach(warning -> warn(warning, streams));
        List<String> files =
                result.files().stream().map(file -> file.getFileName().toString()).toList();
        List<LoadReport.Ignored> ignored = result.report().ignored();
        if (json) {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("output", output.toString());
            fields.put("format", "onnx");
            fields.put("architectures", result.config().architectures());
            fields.put(
                    "dtype", (dtype == null ? DType.F32 : dtype).name().toLowerCase(Locale.ROOT));
            fields.put("inputs", result.inputs());
            fields.put("outputs", result.outputs());
            fields.put("weights", files);
            fields.put("left_out", ignored.stream().map(LoadReport.Ignored::name).toList());
            Json.printLine(streams.out(), fields);
            return;
        }
        streams.out()
                .printf(
                        "%s holds %s, %,d bytes in %s: %s -> %s%n",
                        output,
                        String.join(", ", result.config().architectures()),
                        bytes(output, files),
                        String.join(" and ", files),
                        String.join(", ", result.inputs()),
                        String.join(", ", result.outputs()));
        for (LoadReport.Ignored name : ignored) {
            streams.out().println("left out: " + Printable.line(name.toString()));
        }
    }

    private static long bytes(Path directory, List<String> files) {
        try {
            long bytes = 0;
            for (String file : files) {
                bytes += Files.size(directory.resolve(file));
            }
            return bytes;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void warn(String warning, Streams streams) {
        streams.err().println("warning: " + Printable.line(warning));
    }
}
