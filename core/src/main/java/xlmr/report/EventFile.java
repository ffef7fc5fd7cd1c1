package xlmr.report;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Map;
import java.util.zip.CRC32C;
import xlmr.checkpoint.ProtoMessage;

/// An event file as TensorBoard reads it: records of TFRecord, each a message `Event`
/// (tensorflow/core/util/event.proto) with scalars of one step. What is written can be read at
/// once.
final class EventFile implements AutoCloseable {
    private static final int WALL_TIME = 1;
    private static final int STEP = 2;
    private static final int FILE_VERSION = 3;
    private static final int SUMMARY = 5;
    private static final int SESSION_LOG = 7;
    private static final int STATUS = 1;
    private static final int START = 1;
    private static final int VALUE = 1;
    private static final int TAG = 1;
    private static final int SIMPLE_VALUE = 2;
    private static final int MASK_DELTA = 0xa282ead8;

    private final FileChannel channel;

    private EventFile(FileChannel channel) {
        this.channel = channel;
    }

    /// Begins a file in a directory, which is made if it is missing.
    static EventFile create(Path directory, Instant now) throws IOException {
        Files.createDirectories(directory);
        Path file =
                directory.resolve(
                        "events.out.tfevents.%d.xlmr.%d"
                                .formatted(now.getEpochSecond(), ProcessHandle.current().pid()));
        EventFile events =
                new EventFile(
                        FileChannel.open(
                                file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE));
        events.write(
                new ProtoMessage()
                        .wide(WALL_TIME, seconds(now))
                        .text(FILE_VERSION, "brain.Event:2"));
        return events;
    }

    /// Adds numbers of one step.
    ///
    /// @param scalars by tag, such as `train/loss`
    void add(Instant now, long step, Map<String, Double> scalars) throws IOException {
        ProtoMessage summary = new ProtoMessage();
        scalars.forEach(
                (tag, value) ->
                        summary.message(
                                VALUE,
                                new ProtoMessage()
                                        .text(TAG, tag)
                                        .number(SIMPLE_VALUE, value.floatValue())));
        write(
                new ProtoMessage()
                        .wide(WALL_TIME, seconds(now))
                        .integer(STEP, step)
                        .message(SUMMARY, summary));
    }

    /// Takes back what earlier files say from this step on: the run goes on from there.
    void restart(Instant now, long step) throws IOException {
        write(
                new ProtoMessage()
                        .wide(WALL_TIME, seconds(now))
                        .integer(STEP, step)
                        .message(SESSION_LOG, new ProtoMessage().integer(STATUS, START)));
    }

    private void write(ProtoMessage event) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(record(event.toBytes()));
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /// The frame of TFRecord: length, its checksum, the data, its checksum, little-endian.
    static byte[] record(byte[] data) {
        ByteBuffer frame = ByteBuffer.allocate(data.length + 16).order(ByteOrder.LITTLE_ENDIAN);
        frame.putLong(data.length);
        frame.putInt(maskedChecksum(frame.array(), 0, Long.BYTES));
        frame.put(data);
        frame.putInt(maskedChecksum(data, 0, data.length));
        return frame.array();
    }

    /// CRC-32C, turned and shifted so that it is no checksum of data that holds checksums.
    static int maskedChecksum(byte[] data, int from, int length) {
        CRC32C checksum = new CRC32C();
        checksum.update(data, from, length);
        return Integer.rotateRight((int) checksum.getValue(), 15) + MASK_DELTA;
    }

    private static double seconds(Instant time) {
        return time.getEpochSecond() + time.getNano() / 1e9;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
