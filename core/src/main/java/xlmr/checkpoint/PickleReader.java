package xlmr.checkpoint;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/// The bytes of a pickle, front to back: opcodes and their arguments. Nothing is taken from memory
/// before its size is known to be that of bytes which are really there.
final class PickleReader {
    /// Far beyond real ones: a hundred thousand tensors.
    private static final long LONGEST = 16L << 20;

    private static final int LONGEST_LINE = 1000;

    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final String source;
    private final MemorySegment bytes;
    private final long start;
    private long position;
    private long opcodeAt;

    /// @param source names the bytes in messages
    /// @param bytes hold the pickle; what follows it is not read
    /// @param start of the pickle within the bytes
    PickleReader(String source, MemorySegment bytes, long start) {
        this.source = source;
        this.bytes = bytes;
        this.start = start;
        this.position = start;
    }

    /// Behind what has been read.
    long position() {
        return position;
    }

    PickleOpcode opcode() {
        opcodeAt = position;
        if (position - start > LONGEST) {
            throw refused("longer than %,d bytes".formatted(LONGEST));
        }
        int code = unsignedByte();
        return PickleOpcode.of(code)
                .orElseThrow(() -> refused("0x%02X, which is no opcode".formatted(code)));
    }

    int unsignedByte() {
        return Byte.toUnsignedInt(bytes.get(ValueLayout.JAVA_BYTE, take(1)));
    }

    int unsignedShort() {
        return Short.toUnsignedInt(bytes.get(SHORT, take(2)));
    }

    int signedInt() {
        return bytes.get(INT, take(4));
    }

    /// A length or an index.
    long unsignedInt() {
        return Integer.toUnsignedLong(signedInt());
    }

    /// A length, which is refused where it is negative.
    long signedLong() {
        return bytes.get(LONG, take(8));
    }

    /// Little-endian, two's complement.
    BigInteger integer(int length) {
        byte[] digits = array(length);
        for (int i = 0; i < length / 2; i++) {
            byte digit = digits[i];
            digits[i] = digits[length - 1 - i];
            digits[length - 1 - i] = digit;
        }
        return length == 0 ? BigInteger.ZERO : new BigInteger(digits);
    }

    void skip(long length) {
        take(length);
    }

    String utf8(long length) {
        byte[] text = array(length);
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(text)).toString();
        } catch (CharacterCodingException e) {
            throw refused("a text that is not UTF-8");
        }
    }

    String latin1(long length) {
        return new String(array(length), StandardCharsets.ISO_8859_1);
    }

    /// A name up to the next line break, which is read but not part of it.
    String line() {
        long from = position;
        int length = 0;
        while (unsignedByte() != '\n') {
            if (++length > LONGEST_LINE) {
                throw refused("a name of more than %d bytes".formatted(LONGEST_LINE));
            }
        }
        position = from;
        String line = utf8(length);
        skip(1);
        return line;
    }

    /// An error at the current opcode.
    CheckpointException refused(String reason) {
        return refused(reason, "");
    }

    CheckpointException refused(String reason, String remedy) {
        return new CheckpointException(source, "byte %d: %s".formatted(opcodeAt, reason), remedy);
    }

    private byte[] array(long length) {
        long from = take(length);
        return bytes.asSlice(from, length).toArray(ValueLayout.JAVA_BYTE);
    }

    private long take(long length) {
        long left = bytes.byteSize() - position;
        if (length < 0) {
            throw refused("a length of %d".formatted(length));
        }
        if (length > left) {
            throw refused("%d bytes expected, but only %d follow".formatted(length, left));
        }
        position += length;
        return position - length;
    }
}
