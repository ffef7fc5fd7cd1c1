package xlmr.model;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import xlmr.autograd.Parameter;

/// Tells encoders apart by their weights, in a short text. Looked at are the name and the shape of
/// every weight, all numbers of the small ones, and of the large ones rows that are spread evenly,
/// the first and the last among them: a half percent, so that a gigabyte is neither read nor held.
/// Whatever trains, merges, prunes or rounds an encoder changes numbers everywhere and is seen; a
/// change of single rows of the word embedding by hand may not be.
///
/// A pooler and adapters do not count: heads that are trained here read neither's weights from the
/// encoder's files.
public final class EncoderFingerprint {
    private static final String FORM = "2:";

    /// Weights of so many numbers are read whole.
    private static final int SMALL = 1 << 14;

    /// Of larger ones so many rows are read, at least.
    private static final int ROWS = 8;

    /// Of even larger ones one row in so many, if that is more.
    private static final int ROWS_PER_READ = 250;

    private EncoderFingerprint() {}

    /// The fingerprint.
    ///
    /// @param source of the weights as they will be saved
    public static String of(XlmRobertaModel encoder, WeightSource source) {
        MessageDigest digest = digest();
        for (Parameter parameter : counted(encoder)) {
            digest.update(parameter.toString().getBytes(StandardCharsets.UTF_8));
            int rows = parameter.shape().size(0);
            int columns = parameter.shape().elements() / rows;
            if (parameter.shape().elements() <= SMALL) {
                read(parameter, 0, rows, columns, source, digest);
                continue;
            }
            int reads = Math.min(rows, Math.max(ROWS, rows / ROWS_PER_READ));
            for (long r = 0; r < reads; r++) {
                int row = (int) (r * (rows - 1) / (reads - 1));
                read(parameter, row, 1, columns, source, digest);
            }
        }
        return FORM + hex(digest);
    }

    /// Whether a fingerprint is of this encoder. One that was made before every weight counted is
    /// compared by what counted then: biases and LayerNorms.
    static boolean isOf(String fingerprint, XlmRobertaModel encoder) {
        return fingerprint.equals(
                fingerprint.startsWith(FORM)
                        ? of(encoder, WeightSource.AT_REST)
                        : ofBiases(encoder));
    }

    private static String ofBiases(XlmRobertaModel encoder) {
        MessageDigest digest = digest();
        for (Parameter parameter : counted(encoder)) {
            if (parameter.shape().rank() == 1) {
                read(parameter, 0, parameter.shape().elements(), 1, WeightSource.AT_REST, digest);
            }
        }
        return hex(digest);
    }

    private static List<Parameter> counted(XlmRobertaModel encoder) {
        return encoder.parameters().stream()
                .filter(parameter -> !LoraModel.isAdapter(parameter.name()))
                .filter(parameter -> !parameter.name().startsWith("roberta.pooler."))
                .toList();
    }

    private static void read(
            Parameter parameter,
            int from,
            int rows,
            int columns,
            WeightSource source,
            MessageDigest digest) {
        float[] values = new float[rows * columns];
        source.read(parameter, from, rows, values);
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES);
        bytes.asFloatBuffer().put(values);
        digest.update(bytes);
    }

    private static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private static String hex(MessageDigest digest) {
        return HexFormat.of().formatHex(digest.digest(), 0, 8);
    }
}
