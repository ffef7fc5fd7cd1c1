package xlmr.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import xlmr.checkpoint.CheckpointException;
import xlmr.checkpoint.ContainerKind;

/// What a file of a model directory is: a container of weights ([ContainerKind]) or what else lies
/// beside them.
public enum FileKind {
    /// Weights in one file.
    SAFETENSORS,
    /// Which shard holds which weights.
    SAFETENSORS_INDEX,
    /// `config.json`.
    CONFIG,
    /// `sentencepiece.bpe.model`.
    SENTENCEPIECE,
    /// `tokenizer.json`.
    TOKENIZER_JSON,
    /// `pytorch_model.bin`.
    PYTORCH,
    /// Which shard holds which weights.
    PYTORCH_INDEX,
    /// `tf_model.h5`.
    HDF5,
    /// Which shard holds which weights.
    HDF5_INDEX,
    /// None of these.
    UNKNOWN;

    private static final int HEAD = 1 << 16;

    /// As in the output of `inspect`: `safetensors_index`.
    public String jsonName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// Looks at a file.
    ///
    /// @throws CheckpointException if it cannot be read
    public static FileKind of(Path file) {
        String name = file.toString();
        return switch (ContainerKind.of(file)) {
            case SAFETENSORS -> name.endsWith(".json") ? jsonKind(file) : SAFETENSORS;
            case SAFETENSORS_INDEX -> SAFETENSORS_INDEX;
            case PYTORCH -> PYTORCH;
            case PYTORCH_INDEX -> PYTORCH_INDEX;
            case HDF5 -> HDF5;
            case HDF5_INDEX -> HDF5_INDEX;
            case OTHER ->
                    name.endsWith(".json")
                            ? jsonKind(file)
                            : name.endsWith(".model") ? SENTENCEPIECE : UNKNOWN;
        };
    }

    // Even a damaged tokenizer.json, if it is not empty, has its steps' names near its beginning.
    private static FileKind jsonKind(Path file) {
        if (file.endsWith("tokenizer.json")) {
            return TOKENIZER_JSON;
        }
        try (InputStream input = Files.newInputStream(file)) {
            String head = new String(input.readNBytes(HEAD), StandardCharsets.ISO_8859_1);
            boolean tokenizer =
                    head.contains("\"pre_tokenizer\"") || head.contains("\"added_tokens\"");
            return tokenizer ? TOKENIZER_JSON : CONFIG;
        } catch (IOException e) {
            throw CheckpointException.of(file, e);
        }
    }
}
