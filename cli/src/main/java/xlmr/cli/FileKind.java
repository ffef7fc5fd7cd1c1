package xlmr.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import xlmr.checkpoint.CheckpointException;
import xlmr.checkpoint.ContainerKind;

/// What a file of a model directory is, told by its first bytes and, where these say nothing, by
/// its name.
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
    /// `tf_model.h5`.
    HDF5,
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
        FileKind kind =
                switch (ContainerKind.of(file)) {
                    case SAFETENSORS -> SAFETENSORS;
                    case SAFETENSORS_INDEX -> SAFETENSORS_INDEX;
                    case PYTORCH -> PYTORCH;
                    case HDF5 -> HDF5;
                    case OTHER -> UNKNOWN;
                };
        String name = file.toString();
        if (name.endsWith(".json") && kind != SAFETENSORS_INDEX) {
            return jsonKind(file);
        }
        if (kind != UNKNOWN) {
            return kind;
        }
        if (name.endsWith(".model")) {
            return SENTENCEPIECE;
        }
        if (name.endsWith(".bin") || name.endsWith(".pt") || name.endsWith(".pth")) {
            return PYTORCH;
        }
        return name.endsWith(".h5") || name.endsWith(".hdf5") ? HDF5 : UNKNOWN;
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
