package xlmr.train;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import xlmr.checkpoint.CheckpointException;
import xlmr.data.EncodedExamples;
import xlmr.data.TrainingExamples;
import xlmr.model.Targets;

/// A short text that stands for content: SHA-256, of which the first 64 bits are shown. Equal
/// content gives equal texts, on every machine.
public final class ContentDigest {
    /// Files up to this size are read as a whole.
    private static final long WHOLE = 64L << 20;

    /// Of larger ones so many stretches are read, spread over the file with its ends.
    private static final int STRETCHES = 256;

    private static final int STRETCH = 1 << 16;

    private final MessageDigest digest;

    /// A digest of nothing yet.
    public ContentDigest() {
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /// Adds a text.
    public ContentDigest add(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        add(bytes.length);
        digest.update(bytes);
        return this;
    }

    /// Adds numbers.
    public ContentDigest add(int... values) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * values.length + 4).putInt(values.length);
        for (int value : values) {
            bytes.putInt(value);
        }
        digest.update(bytes.array());
        return this;
    }

    /// Adds examples: the tokens of each, and what the model should say of them. What is drawn at
    /// random is that of the first time they are shown.
    ///
    /// @param padId the model's id of `<pad>`
    public ContentDigest add(TrainingExamples examples, int padId) {
        add(examples.size());
        for (int row = 0; row < examples.size(); row++) {
            int[] one = {row};
            if (examples instanceof EncodedExamples encoded && encoded.targets() == null) {
                add(encoded.batch(one, padId).ids());
            } else {
                TrainingExamples.Labelled example = examples.labelled(one, 0, padId);
                add(example.tokens().ids());
                add(example.targets());
            }
        }
        return this;
    }

    private void add(Targets targets) {
        switch (targets) {
            case Targets.Classes classes -> add(classes.labels());
            case Targets.MultiLabel labels -> add(labels.labels());
            case Targets.Distilled distilled -> {
                add(distilled.labels());
                add(distilled.teacher());
            }
            case Targets.Values values -> add(values.values());
            case Targets.TokenClasses tokens -> {
                for (int[] labels : tokens.labels()) {
                    add(labels);
                }
            }
            case Targets.Spans spans -> add(spans.first()).add(spans.last());
            case Targets.Choices choices -> add(choices.labels()).add(choices.counts());
        }
    }

    private void add(float[][] rows) {
        for (float[] row : rows) {
            int[] bits = new int[row.length];
            for (int k = 0; k < bits.length; k++) {
                bits[k] = Float.floatToIntBits(row[k]);
            }
            add(bits);
        }
    }

    /// Adds a file: its size and its bytes. Of a large file 256 stretches of 64 KiB stand for all,
    /// so that a checkpoint of gigabytes costs no time: any training changes bytes everywhere.
    ///
    /// @throws CheckpointException if it cannot be read
    public ContentDigest add(Path file) {
        try (FileChannel channel = FileChannel.open(file)) {
            long size = channel.size();
            add(Long.toString(size));
            long step = size <= WHOLE ? STRETCH : (size - STRETCH) / (STRETCHES - 1);
            ByteBuffer bytes = ByteBuffer.allocate(STRETCH);
            for (long at = 0; at < size; at += step) {
                bytes.clear();
                while (bytes.hasRemaining() && channel.read(bytes, at + bytes.position()) >= 0) {
                    // reads on until the stretch is full or the file ends
                }
                digest.update(bytes.flip());
            }
        } catch (IOException e) {
            throw CheckpointException.of(file, e);
        }
        return this;
    }

    /// 16 hexadecimal digits. The digest begins anew.
    public String hex() {
        return HexFormat.of().formatHex(digest.digest(), 0, 8);
    }
}
