package xlmr.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventFileTest {
    private static final Instant NOW = Instant.ofEpochSecond(1_700_000_000L, 250_000_000);

    @TempDir Path directory;

    @Test
    void checksumsAreThoseOfTheStandardMasked() {
        byte[] digits = "123456789".getBytes(StandardCharsets.US_ASCII);
        assertThat(unmasked(EventFile.maskedChecksum(digits, 0, 9))).isEqualTo(0xE3069283);
        assertThat(unmasked(EventFile.maskedChecksum(new byte[32], 0, 32))).isEqualTo(0x8A9136AA);
        byte[] ones = new byte[32];
        java.util.Arrays.fill(ones, (byte) 0xFF);
        assertThat(unmasked(EventFile.maskedChecksum(ones, 0, 32))).isEqualTo(0x62A8AB43);
    }

    @Test
    void aRecordIsLengthChecksumDataChecksum() {
        byte[] record = EventFile.record(new byte[] {1, 2, 3});
        ByteBuffer frame = ByteBuffer.wrap(record).order(ByteOrder.LITTLE_ENDIAN);
        assertThat(record).hasSize(8 + 4 + 3 + 4);
        assertThat(frame.getLong(0)).isEqualTo(3);
        assertThat(frame.getInt(8)).isEqualTo(EventFile.maskedChecksum(record, 0, 8));
        assertThat(frame.getInt(15)).isEqualTo(EventFile.maskedChecksum(record, 12, 3));
    }

    @Test
    void theFileBeginsWithItsVersionAndHoldsTheNumbersOfEachStep() throws IOException {
        try (EventFile file = EventFile.create(directory, NOW)) {
            file.add(NOW, 7, Map.of("train/loss", 0.5));
            file.restart(NOW, 8);
        }
        List<Event> events = read();
        assertThat(events.get(0).version).isEqualTo("brain.Event:2");
        assertThat(events.get(0).wallTime).isCloseTo(1_700_000_000.25, within(1e-6));
        assertThat(events.get(1).step).isEqualTo(7);
        assertThat(events.get(1).scalars).isEqualTo(Map.of("train/loss", 0.5f));
        assertThat(events.get(2).step).isEqualTo(8);
        assertThat(events.get(2).starts).isTrue();
        assertThat(events).hasSize(3);
    }

    /// Rotated the other way from the definition in TensorFlow's record_writer: independent of how
    /// it is written here.
    private static int unmasked(int masked) {
        int rotated = masked - 0xa282ead8;
        return (rotated >>> 17) | (rotated << 15);
    }

    private static final class Event {
        private double wallTime;
        private long step;
        private String version = "";
        private boolean starts;
        private final Map<String, Float> scalars = new LinkedHashMap<>();
    }

    private List<Event> read() throws IOException {
        Path file;
        try (Stream<Path> files = Files.list(directory)) {
            file = files.findFirst().orElseThrow();
        }
        assertThat(file.getFileName().toString()).startsWith("events.out.tfevents.1700000000.");
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        List<Event> events = new ArrayList<>();
        while (bytes.hasRemaining()) {
            byte[] data = new byte[Math.toIntExact(bytes.getLong())];
            bytes.getInt();
            bytes.get(data);
            bytes.getInt();
            events.add(event(CodedInputStream.newInstance(data)));
        }
        return events;
    }

    private static Event event(CodedInputStream in) throws IOException {
        Event event = new Event();
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            switch (WireFormat.getTagFieldNumber(tag)) {
                case 1 -> event.wallTime = in.readDouble();
                case 2 -> event.step = in.readInt64();
                case 3 -> event.version = in.readString();
                case 5 -> summary(CodedInputStream.newInstance(in.readByteArray()), event);
                case 7 -> {
                    CodedInputStream log = CodedInputStream.newInstance(in.readByteArray());
                    event.starts = log.readTag() == 8 && log.readInt64() == 1;
                }
                default -> throw new IOException("field " + tag);
            }
        }
        return event;
    }

    private static void summary(CodedInputStream in, Event event) throws IOException {
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            CodedInputStream value = CodedInputStream.newInstance(in.readByteArray());
            value.readTag();
            String name = value.readString();
            value.readTag();
            event.scalars.put(name, value.readFloat());
        }
    }
}
