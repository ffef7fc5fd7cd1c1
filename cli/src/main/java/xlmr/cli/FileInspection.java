package xlmr.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import xlmr.checkpoint.Checkpoint;
import xlmr.checkpoint.CheckpointException;
import xlmr.checkpoint.JsonDocument;
import xlmr.checkpoint.TensorInfo;
import xlmr.model.XlmRobertaConfig;
import xlmr.tokenizer.TokenizerException;
import xlmr.tokenizer.huggingface.HuggingFacePipeline;
import xlmr.tokenizer.huggingface.ScoreParsing;
import xlmr.tokenizer.sentencepiece.SentencePieceProcessor;

/// What one file holds, or why it is refused: the logic of `inspect`. Reading a file is all that is
/// done with it.
///
/// @param file as it was given
/// @param kind what it was taken for; `UNKNOWN` if it could not be read at all
/// @param reason why it is refused, without the file's name; null if it is fine
/// @param warnings what is odd but no error
/// @param contents what the kind has to tell, by name; empty if refused
public record FileInspection(
        String file,
        FileKind kind,
        @Nullable String reason,
        List<String> warnings,
        ObjectNode contents) {

    /// Copies what could change.
    public FileInspection {
        warnings = List.copyOf(warnings);
        contents = contents.deepCopy();
    }

    /// Inspects a file, or the checkpoint of a directory.
    public static FileInspection of(Path file) {
        FileKind kind = FileKind.UNKNOWN;
        ObjectNode contents = JsonNodeFactory.instance.objectNode();
        List<String> warnings = new ArrayList<>();
        try {
            Path content = Files.isDirectory(file) ? Checkpoint.locate(file) : file;
            kind = FileKind.of(content);
            describe(content, kind, contents, warnings);
            return new FileInspection(file.toString(), kind, null, warnings, contents);
        } catch (CheckpointException | TokenizerException e) {
            return new FileInspection(
                    file.toString(),
                    kind,
                    withoutFile(file, String.valueOf(e.getMessage())),
                    List.of(),
                    JsonNodeFactory.instance.objectNode());
        }
    }

    /// Whether the file can be used.
    public boolean ok() {
        return reason == null;
    }

    /// `{"file", "ok", "kind", "reason"?, "warnings"?, ...}`.
    public ObjectNode json() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("file", file).put("ok", ok()).put("kind", kind.jsonName());
        if (reason != null) {
            json.put("reason", reason);
        }
        if (!warnings.isEmpty()) {
            ArrayNode array = json.putArray("warnings");
            warnings.forEach(array::add);
        }
        json.setAll(contents);
        return json;
    }

    private static void describe(
            Path file, FileKind kind, ObjectNode contents, List<String> warnings) {
        switch (kind) {
            case SAFETENSORS, SAFETENSORS_INDEX, PYTORCH, PYTORCH_INDEX, HDF5, HDF5_INDEX ->
                    describe(Checkpoint.open(file), contents, warnings);
            case CONFIG -> describeConfig(file, contents, warnings);
            case SENTENCEPIECE -> {
                SentencePieceProcessor processor = SentencePieceProcessor.load(file);
                contents.put("pieces", processor.size());
            }
            case TOKENIZER_JSON -> {
                HuggingFacePipeline pipeline = HuggingFacePipeline.load(file, ScoreParsing.EXACT);
                contents.put("pieces", pipeline.size());
                warnings.addAll(pipeline.warnings());
            }
            case UNKNOWN ->
                    throw new CheckpointException(
                            file.toString(),
                            "not of a known kind",
                            "known are weights (safetensors, .bin, .h5) and their index,"
                                    + " config.json, SentencePiece models and tokenizer.json");
        }
    }

    private static void describe(
            Checkpoint checkpoint, ObjectNode contents, List<String> warnings) {
        ObjectNode metadata = contents.putObject("metadata");
        checkpoint.metadata().forEach(metadata::put);
        long elements = 0;
        ArrayNode tensors = JsonNodeFactory.instance.arrayNode();
        for (String name : checkpoint.names()) {
            TensorInfo info = checkpoint.info(name);
            checkBias(checkpoint, info);
            elements += info.elements();
            ObjectNode tensor = tensors.addObject();
            tensor.put("name", name).put("dtype", info.dtype().name());
            ArrayNode shape = tensor.putArray("shape");
            LongStream.of(info.shape()).forEach(shape::add);
            if (info.dtype().isFloat()) {
                long nonFinite = checkpoint.nonFinite(name);
                if (nonFinite > 0) {
                    warnings.add(
                            "tensor '%s' has %d elements that are NaN or infinite"
                                    .formatted(name, nonFinite));
                }
            }
        }
        contents.put("elements", elements);
        contents.set("tensors", tensors);
    }

    /// A layer's bias has as many elements as its matrix has rows (or columns, where a checkpoint
    /// keeps it transposed): this shows a damaged shape without a configuration.
    private static void checkBias(Checkpoint checkpoint, TensorInfo weight) {
        String bias = weight.name().replaceFirst("\\.weight$", ".bias");
        long[] shape = weight.shape();
        if (shape.length != 2 || bias.equals(weight.name()) || !checkpoint.contains(bias)) {
            return;
        }
        long elements = checkpoint.info(bias).elements();
        if (elements != shape[0] && elements != shape[1]) {
            throw new CheckpointException(
                    checkpoint.file(bias).toString(),
                    "%s and %s are of different layers".formatted(weight, checkpoint.info(bias)));
        }
    }

    private static void describeConfig(Path file, ObjectNode contents, List<String> warnings) {
        ObjectNode json = JsonDocument.read(file);
        if (!json.has("model_type") && !json.has("architectures") && !json.has("hidden_size")) {
            throw new CheckpointException(
                    file.toString(),
                    "JSON, but neither config.json nor tokenizer.json nor an index");
        }
        XlmRobertaConfig config = XlmRobertaConfig.read(file);
        contents.set("config", config.json());
        warnings.addAll(config.warnings());
    }

    private static String withoutFile(Path file, String message) {
        String prefix = file + ": ";
        return message.startsWith(prefix) ? message.substring(prefix.length()) : message;
    }
}
