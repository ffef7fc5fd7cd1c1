package xlmr.checkpoint;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;

/// The bytes of a pickle, front to back: opcodes and their arguments. Nothing is taken from memory
/// before its size is known to be that of bytes which are really there.
final class PickleReader {
    /// Far beyond real ones: a hundred thousand tensors.
    static final long LONGEST = 16L << 20;

    private static final int LONGEST_LINE = 1000;

    /// How much is copied from the file at a time.
    private static final int WINDOW = 1 << 14;

    private final String source;
    private final MemorySegment bytes;
    private final long start;
    private final CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    private long position;
    private long opcodeAt;
    private byte[] window = {};
    private long windowAt;

    /// @param source names the bytes in messages
    /// @param bytes hold the pickle; what follows it is not looked at
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
        int code = unsignedByte();
        PickleOpcode opcode = PickleOpcode.of(code);
        if (opcode == null) {
            throw refused("0x%02X, which is no opcode".formatted(code));
        }
        return opcode;
    }

    int unsignedByte() {
        int at = take(1);
        return Byte.toUnsignedInt(window[at]);
    }

    int unsignedShort() {
        int at = take(2);
        return Byte.toUnsignedInt(window[at]) | Byte.toUnsignedInt(window[at + 1]) << 8;
    }

    int signedInt() {
        int low = unsignedShort();
        return low | unsignedShort() << 16;
    }

    /// A length or an index.
    long unsignedInt() {
        return Integer.toUnsignedLong(signedInt());
    }

    /// A length, which is refused where it is negative.
    long signedLong() {
        long low = unsignedInt();
        return low | unsignedInt() << 32;
    }

    /// Little-endian, two's complement.
    BigInteger integer(int length) {
        if (length == 0) {
            return BigInteger.ZERO;
        }
        int at = take(length);
        byte[] digits = new byte[length];
        for (int i = 0; i < length; i++) {
            digits[length - 1 - i] = window[at + i];
        }
        return new BigInteger(digits);
    }

    void skip(long length) {
        take(length);
    }

    String utf8(long length) {
        int at = take(length);
        try {
            return decoder.decode(ByteBuffer.wrap(window, at, (int) length)).toString();
        } catch (CharacterCodingException e) {
            throw refused("a text that is not UTF-8");
        }
    }

    String latin1(long length) {
        int at = take(length);
        return new String(window, at, (int) length, StandardCharsets.ISO_8859_1);
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

    // Where in the window these bytes are; it may be another window than before.
    private int take(long length) {
        long left = bytes.byteSize() - position;
        if (length < 0) {
            throw refused("a length of %d".formatted(length));
        }
        if (length > left) {
            throw refused("%d bytes expected, but only %d follow".formatted(length, left));
        }
        if (length > LONGEST - (position - start)) {
            throw refused("longer than %d bytes".formatted(LONGEST));
        }
        if (position < windowAt || position + length > windowAt + window.length) {
            window =
                    bytes.asSlice(position, Math.min(left, Math.max(length, WINDOW)))
                            .toArray(ValueLayout.JAVA_BYTE);
            windowAt = position;
        }
        position += length;
        return (int) (position - length - windowAt);
    }
}
