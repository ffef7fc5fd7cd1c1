package xlmr.hub;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import xlmr.checkpoint.SteadyFlush;

/// A content as far as it has come: what is in the file is also in the digest.
final class IncompleteFile implements AutoCloseable {
    private final FileChannel file;
    private final SteadyFlush flush;
    private final BlobDigest digest;
    private final long size;
    private long length;

    private IncompleteFile(FileChannel file, BlobDigest digest, long size, long length) {
        this.file = file;
        flush = new SteadyFlush(file);
        this.digest = digest;
        this.size = size;
        this.length = length;
    }

    /// Opens what an earlier try left, or an empty file. More than the content can be is thrown
    /// away.
    ///
    /// @param etag names the content
    /// @param size of the whole content
    static IncompleteFile open(Path path, String etag, long size) throws IOException {
        FileChannel file =
                FileChannel.open(
                        path,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE);
        try {
            BlobDigest digest = new BlobDigest(etag, size);
            if (file.size() > size) {
                file.truncate(0);
            }
            long length = file.size();
            digest.update(file, length);
            file.position(length);
            return new IncompleteFile(file, digest, size, length);
        } catch (IOException e) {
            file.close();
            throw e;
        }
    }

    /// So many bytes are there.
    long length() {
        return length;
    }

    /// Whether all bytes are there.
    boolean isWhole() {
        return length == size;
    }

    /// Begins again with nothing.
    void restart() throws IOException {
        file.truncate(0);
        file.position(0);
        digest.restart();
        length = 0;
    }

    /// Adds bytes.
    ///
    /// @return whether they fit; if not, none beyond the size were written
    boolean add(List<ByteBuffer> buffers) throws IOException {
        for (ByteBuffer buffer : buffers) {
            int count = buffer.remaining();
            if (count > size - length) {
                return false;
            }
            digest.update(buffer.duplicate());
            while (buffer.hasRemaining()) {
                file.write(buffer);
            }
            length += count;
            flush.grownTo(length);
        }
        return true;
    }

    /// Whether the whole content has the name that it should have; it is then on the disk.
    boolean finish() throws IOException {
        flush.settle();
        file.force(true);
        return digest.matches();
    }

    @Override
    public void close() throws IOException {
        flush.close();
        file.close();
    }
}
