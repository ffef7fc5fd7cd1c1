package xlmr.pipeline;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import xlmr.checkpoint.CheckpointException;
import xlmr.checkpoint.LoadReport;
import xlmr.model.Pooling;
import xlmr.model.PoolingSettings;
import xlmr.model.XlmRobertaConfig;
import xlmr.tensor.DType;
import xlmr.tokenizer.XlmRobertaTokenizer;

/// Writes the model of a directory again, in another container, type or number of files. The model
/// is loaded as for use, so that all of it is there and fits its configuration, and is written
/// under the names of the reference: whatever dialect it came in, `transformers` loads what comes
/// out.
///
/// One array after the other goes from file to file; none is in memory as a whole.
///
/// @param format what to write
/// @param dtype type of all weights, or null for that which most of them have, as float32 if that
///   is float64
/// @param largestShard bytes above which weights are split over several files
public record ModelConversion(ModelFormat format, @Nullable DType dtype, long largestShard) {
    /// The reference's limit (transformers, save_pretrained).
    public static final long LARGEST_SHARD = 50_000_000_000L;

    /// Checks the values.
    ///
    /// @throws IllegalArgumentException if the type is not F32, F16 or BF16, or the limit is below
    ///   1
    public ModelConversion {
        if (dtype != null && dtype != DType.F32 && dtype != DType.F16 && dtype != DType.BF16) {
            throw new IllegalArgumentException(
                    "weights of type %s; expected F32, F16 or BF16".formatted(dtype));
        }
        if (largestShard < 1) {
            throw new IllegalArgumentException(
                    "shards of %d bytes; expected at least 1".formatted(largestShard));
        }
    }

    /// Plain safetensors in the type that the weights have.
    public static ModelConversion defaults() {
        return new ModelConversion(ModelFormat.SAFETENSORS, null, LARGEST_SHARD);
    }

    /// The same with weights of this type.
    public ModelConversion withType(DType value) {
        return new ModelConversion(format, value, largestShard);
    }

    /// The same with files of at most so many bytes.
    public ModelConversion withLargestShard(long value) {
        return new ModelConversion(format, dtype, value);
    }

    /// The same in another format.
    public ModelConversion withFormat(ModelFormat value) {
        return new ModelConversion(value, dtype, largestShard);
    }

    /// What was written.
    ///
    /// @param config of the model that was written
    /// @param dtype type of its weights
    /// @param parameters numbers in it
    /// @param weights files that hold them
    /// @param pooling for sentence-transformers, else null
    /// @param report what was read, and what the model has no place for and was left out
    /// @param warnings what was odd about the model that was read, one line each
    public record Result(
            XlmRobertaConfig config,
            DType dtype,
            long parameters,
            List<Path> weights,
            @Nullable PoolingSettings pooling,
            LoadReport report,
            List<String> warnings) {}

    /// Reads a model and writes it to an existing directory.
    ///
    /// @param pooling for sentence-transformers, or null for that of the model's own directory,
    ///   else the mean
    /// @throws CheckpointException if the model cannot be read, lacks a weight, or the files cannot
    ///   be written
    public Result run(Path model, Path output, @Nullable PoolingSettings pooling) {
        StoredModel source = StoredModel.read(model, format == ModelFormat.SENTENCE_TRANSFORMERS);
        DType type = dtype == null ? source.type() : dtype;
        List<Path> weights = source.write(output, type, largestShard);
        copyTokenizer(model, output);
        PoolingSettings settings = null;
        if (format == ModelFormat.SENTENCE_TRANSFORMERS) {
            settings =
                    pooling == null
                            ? PoolingSettings.read(model)
                                    .orElse(PoolingSettings.of(Pooling.MEAN, false))
                            : pooling;
            settings.write(output);
        }
        return new Result(
                source.config().withWeightType(type),
                type,
                source.elements(),
                weights,
                settings,
                source.report(),
                source.warnings());
    }

    /// Copies the tokenizer's files as they are.
    static void copyTokenizer(Path model, Path output) {
        List<Path> files = new ArrayList<>(XlmRobertaTokenizer.tokenizerFiles(model));
        for (Path file : files) {
            try {
                Files.copy(
                        file,
                        output.resolve(file.getFileName()),
                        StandardCopyOption.REPLACE_EXISTING);
            } catch (IOException e) {
                throw CheckpointException.of(file, e);
            }
        }
    }
}
