package xlmr.data;

import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/// Decodes UTF-8 and refuses everything else with the place where it stands, instead of putting
/// replacement characters into the data. Skips a byte order mark; refuses NUL bytes, which no text
/// file holds but UTF-16 and binary files do.
final class Utf8Reader extends Reader {

    private static final int BUFFER_BYTES = 1 << 16;

    private final InputStream in;
    private final String source;
    private final ByteBuffer bytes = ByteBuffer.allocate(BUFFER_BYTES).flip();
    private final CharBuffer chars = CharBuffer.allocate(BUFFER_BYTES).flip();
    private final CharsetDecoder decoder =
            StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT);
    private long bytesBefore; // of the file, before the first byte of the buffer
    private long line = 1;
    private boolean started;
    private boolean ended;

    Utf8Reader(InputStream in, String source) {
        this.in = in;
        this.source = source;
    }

    @Override
    public int read(char[] target, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        while (!chars.hasRemaining()) {
            if (ended) {
                return -1;
            }
            decodeMore();
        }
        int count = Math.min(length, chars.remaining());
        chars.get(target, offset, count);
        return count;
    }

    private void decodeMore() throws IOException {
        bytesBefore += bytes.position();
        bytes.compact();
        int count = in.read(bytes.array(), bytes.position(), bytes.remaining());
        bytes.position(bytes.position() + Math.max(count, 0)).flip();
        ended = count < 0;
        if (!started && !ended && bytes.remaining() < 3) {
            return; // too short to tell what kind of file it is
        }
        if (!started) {
            refuseOtherFormats();
        }
        chars.clear();
        CoderResult result = decoder.decode(bytes, chars, ended);
        chars.flip();
        if (!started && chars.hasRemaining() && chars.get(chars.position()) == '\uFEFF') {
            chars.get();
        }
        started = true;
        countLines();
        if (result.isError()) {
            throw DataException.at(
                    source,
                    line,
                    "byte %d (0x%02X) is not UTF-8; convert the file, for example with iconv"
                            .formatted(
                                    bytesBefore + bytes.position(), bytes.get(bytes.position())));
        }
    }

    private void refuseOtherFormats() {
        if (bytes.remaining() < 2) {
            return;
        }
        int first = bytes.get(bytes.position()) & 0xFF;
        int second = bytes.get(bytes.position() + 1) & 0xFF;
        if (first == 0xFF && second == 0xFE || first == 0xFE && second == 0xFF) {
            throw DataException.in(source, "is UTF-16; save it as UTF-8");
        }
        if (first == 0x1F && second == 0x8B) {
            throw DataException.in(source, "is compressed by gzip; decompress it first");
        }
    }

    private void countLines() {
        for (int i = chars.position(); i < chars.limit(); i++) {
            char c = chars.get(i);
            if (c == '\n') {
                line++;
            } else if (c == 0) {
                throw DataException.at(
                        source, line, "a NUL byte: this is UTF-16 or binary, expected UTF-8 text");
            }
        }
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
