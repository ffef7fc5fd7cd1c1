package xlmr.checkpoint;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/// What a file of weights is, told by its first bytes and, where these say nothing, by its name; an
/// index of shards by its name alone.
public enum ContainerKind {
    /// Header and arrays in one file.
    SAFETENSORS("a safetensors file"),
    /// `*.safetensors.index.json`: names to shards.
    SAFETENSORS_INDEX("an index of safetensors shards"),
    /// `torch.save`: a zip with a pickle, a bare pickle, or a tar (before PyTorch 0.1.10).
    PYTORCH("a PyTorch pickle (.bin, .pt)"),
    /// `*.bin.index.json`: names to shards.
    PYTORCH_INDEX("an index of PyTorch shards"),
    /// Keras and TensorFlow.
    HDF5("an HDF5 file (.h5)"),
    /// `*.h5.index.json`: names to shards.
    HDF5_INDEX("an index of HDF5 shards"),
    /// None of these.
    OTHER("of an unknown kind");

    private static final int TAR_MAGIC_AT = 257;
    private static final byte[] HDF5_MAGIC = {(byte) 0x89, 'H', 'D', 'F', '\r', '\n', 0x1A, '\n'};

    private final String words;

    ContainerKind(String words) {
        this.words = words;
    }

    /// The kind in words, after "is".
    public String words() {
        return words;
    }

    /// Whether it names shards and holds no weights itself.
    public boolean isIndex() {
        return this == SAFETENSORS_INDEX || this == PYTORCH_INDEX || this == HDF5_INDEX;
    }

    /// Looks at the beginning of a file.
    ///
    /// @throws CheckpointException if it cannot be read
    public static ContainerKind of(Path file) {
        String name = file.toString();
        if (name.endsWith(".index.json")) {
            return name.endsWith(".bin.index.json")
                    ? PYTORCH_INDEX
                    : name.endsWith(".h5.index.json") ? HDF5_INDEX : SAFETENSORS_INDEX;
        }
        byte[] head;
        try (InputStream input = Files.newInputStream(file)) {
            head = input.readNBytes(TAR_MAGIC_AT + 5);
        } catch (IOException e) {
            throw CheckpointException.of(file, e);
        }
        return of(head, name);
    }

    private static ContainerKind of(byte[] head, String name) {
        if (startsWith(head, 0, HDF5_MAGIC)) {
            return HDF5;
        }
        // A safetensors file may begin with any byte, since its header may have any length; '{'
        // comes ninth.
        if (name.endsWith(".safetensors") || (head.length > 8 && head[8] == '{')) {
            return SAFETENSORS;
        }
        boolean zip = startsWith(head, 0, new byte[] {'P', 'K', 3, 4});
        boolean pickle = head.length > 1 && head[0] == (byte) 0x80 && head[1] >= 0 && head[1] <= 5;
        boolean tar = startsWith(head, TAR_MAGIC_AT, "ustar".getBytes(StandardCharsets.US_ASCII));
        return zip || pickle || tar ? PYTORCH : byExtension(name);
    }

    // Of a damaged file.
    private static ContainerKind byExtension(String name) {
        if (name.endsWith(".bin") || name.endsWith(".pt") || name.endsWith(".pth")) {
            return PYTORCH;
        }
        return name.endsWith(".h5") || name.endsWith(".hdf5") ? HDF5 : OTHER;
    }

    private static boolean startsWith(byte[] head, int at, byte[] magic) {
        return head.length >= at + magic.length
                && Arrays.equals(head, at, at + magic.length, magic, 0, magic.length);
    }
}
