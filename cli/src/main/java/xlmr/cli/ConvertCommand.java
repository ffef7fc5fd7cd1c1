package xlmr.cli;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;
import xlmr.checkpoint.LoadReport;
import xlmr.model.Pooling;
import xlmr.model.PoolingSettings;
import xlmr.onnx.OnnxResult;
import xlmr.pipeline.ModelConversion;
import xlmr.pipeline.ModelFormat;
import xlmr.tensor.DType;

/// Writes a model in another format, type or number of files.
@Command(
        name = "convert",
        customSynopsis = "xlmr convert [OPTIONS] --model=DIR --output=DIR",
        description = {
            "Write a model again: from any checkpoint that can be read (safetensors,"
                    + " pytorch_model.bin, tf_model.h5, one file or shards) to files that transformers"
                    + " or sentence-transformers load, or to ONNX.",
            "",
            "Names become those of the reference, a BERT layout with XLM-R's vocabulary becomes an"
                    + " ordinary XLM-R. Tokenizer files are copied. What the model has no place for is"
                    + " left out and named."
        },
        footer = {
            "",
            "Examples:",
            "  xlmr convert --model tf-xlm-roberta-base --output xlm-roberta-base",
            "  xlmr convert --model DIR --output small --dtype bf16 --max-shard-size 500MB",
            "  xlmr convert --model e5 --output embedder --format sentence-transformers --pooling"
                    + " mean --normalize",
            "  xlmr convert --model my-model --output my-model-onnx --format onnx"
        })
final class ConvertCommand implements Runnable {
    private final Streams streams;

    @Mixin private ModelOption model;

    @Option(
            names = "--output",
            required = true,
            paramLabel = "DIR",
            description = "Where the files go.")
    private Path output;

    @Option(
            names = "--overwrite",
            description = "Write into a directory that holds other files than a model.")
    private boolean overwrite;

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            defaultValue = "safetensors",
            converter = FormatConverter.class,
            description = "One of ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
    private Format format;

    @Option(
            names = "--dtype",
            paramLabel = "f32|f16|bf16",
            description =
                    "Type of the weights, rounded to nearest. Default: the type that they have (f32"
                            + " for f64), for onnx f32.")
    private @Nullable WeightType dtype;

    @Option(
            names = "--max-shard-size",
            paramLabel = "SIZE",
            defaultValue = "50GB",
            converter = ByteSize.Converter.class,
            description =
                    "Split weights over files of at most this size: 2GB, 500MB, 1GiB. Default:"
                            + " ${DEFAULT-VALUE}.")
    private ByteSize largestShard;

    @Option(
            names = "--pooling",
            paramLabel = "cls|mean|max",
            description =
                    "For sentence-transformers: how hidden states become one vector. Default: as"
                            + " the model says, else mean.")
    private @Nullable Pooling pooling;

    @Option(
            names = "--normalize",
            description = "For sentence-transformers: scale vectors to length 1.")
    private boolean normalize;

    @Mixin private OnnxOutput onnx;

    @Option(names = "--json", description = "One JSON object instead of text.")
    private boolean json;

    /// Reads `--format`; as it is, picocli would offer the names of the constants too.
    static final class FormatConverter implements ITypeConverter<Format> {
        @Override
        public Format convert(String word) {
            for (Format format : Format.values()) {
                if (format.word.equalsIgnoreCase(word)) {
                    return format;
                }
            }
            throw new TypeConversionException(
                    "expected one of %s, found '%s'"
                            .formatted(Arrays.toString(Format.values()), word));
        }
    }

    /// What a model can be written as.
    enum Format {
        /// A Hugging Face directory.
        SAFETENSORS(ModelFormat.SAFETENSORS.toString()),
        /// A directory of sentence-transformers.
        SENTENCE_TRANSFORMERS(ModelFormat.SENTENCE_TRANSFORMERS.toString()),
        /// A graph with its weights.
        ONNX("onnx");

        private final String word;

        Format(String word) {
            this.word = word;
        }

        @Override
        public String toString() {
            return word;
        }
    }

    /// Types that weights may be written in.
    enum WeightType {
        /// float32
        F32(DType.F32),
        /// float16
        F16(DType.F16),
        /// bfloat16
        BF16(DType.BF16);

        private final DType dtype;

        WeightType(DType dtype) {
            this.dtype = dtype;
        }
    }

    ConvertCommand(Streams streams) {
        this.streams = streams;
    }

    @Override
    public void run() {
        if (format != Format.SENTENCE_TRANSFORMERS && (pooling != null || normalize)) {
            throw new CommandException(
                    "--pooling and --normalize are for --format sentence-transformers");
        }
        if (format != Format.ONNX && onnx.isAsked()) {
            throw new CommandException("--encoder-only and --external-data are for --format onnx");
        }
        DType type = dtype == null ? null : dtype.dtype;
        switch (format) {
            case SAFETENSORS -> convert(ModelFormat.SAFETENSORS, type);
            case SENTENCE_TRANSFORMERS -> convert(ModelFormat.SENTENCE_TRANSFORMERS, type);
            case ONNX -> export(type);
        }
    }

    private void convert(ModelFormat container, @Nullable DType type) {
        Path source = model.directory(streams);
        ModelConversion conversion = new ModelConversion(container, type, largestShard.bytes());
        try (ModelOutput target = ModelOutput.open(output, source, overwrite)) {
            ModelConversion.Result result =
                    conversion.run(source, target.staging(), settings(source));
            target.publish();
            report(result);
        }
    }

    private void export(@Nullable DType type) {
        if (largestShard.bytes() != ModelConversion.LARGEST_SHARD) {
            throw new CommandException(
                    "--max-shard-size is not for --format onnx; see --external-data");
        }
        Path source = model.directory(streams);
        try (ModelOutput target = ModelOutput.open(output, source, overwrite)) {
            OnnxResult result = onnx.write(source, target.staging(), type);
            target.publish();
            onnx.report(result, output, type, json, streams);
        }
    }

    private @Nullable PoolingSettings settings(Path source) {
        if (pooling == null && !normalize) {
            return null;
        }
        PoolingSettings own =
                PoolingSettings.read(source).orElse(PoolingSettings.of(Pooling.MEAN, false));
        PoolingSettings chosen = pooling == null ? own : own.withPooling(pooling);
        return normalize ? chosen.withNormalize(true) : chosen;
    }

    private void report(ModelConversion.Result result) {
        List<String> files =
                result.weights().stream().map(file -> file.getFileName().toString()).toList();
        String type = result.dtype().name().toLowerCase(Locale.ROOT);
        LoadReport read = result.report();
        result.warnings().forEach(this::warn);
        if (json) {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("output", output.toString());
            fields.put("format", format.toString());
            fields.put("architectures", result.config().architectures());
            fields.put("dtype", type);
            fields.put("parameters", result.parameters());
            fields.put("weights", files);
            fields.put("left_out", read.ignored().stream().map(LoadReport.Ignored::name).toList());
            Json.printLine(streams.out(), fields);
            return;
        }
        streams.out()
                .printf(
                        "%s holds %s, %,d parameters as %s in %s%n",
                        output,
                        String.join(", ", result.config().architectures()),
                        result.parameters(),
                        type,
                        files.size() == 1 ? files.getFirst() : files.size() + " files");
        PoolingSettings settings = result.pooling();
        if (settings != null) {
            streams.out()
                    .printf(
                            "pooling %s%s%n",
                            settings.pooling().word(), settings.normalize() ? ", normalized" : "");
        }
        for (LoadReport.Ignored ignored : read.ignored()) {
            streams.out().println("left out: " + Printable.line(ignored.toString()));
        }
    }

    private void warn(String warning) {
        streams.err().println("warning: " + Printable.line(warning));
    }
}
