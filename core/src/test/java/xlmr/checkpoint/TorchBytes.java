package xlmr.checkpoint;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/// Files as `torch.save` lays them out, made byte by byte so that any of them can be wrong.
final class TorchBytes {
    static final int STORED = 0;
    static final int DEFLATED = 8;

    private final List<Entry> entries = new ArrayList<>();
    private boolean wide;

    /// What the archive says of an entry need not be true.
    private record Entry(
            String name, int method, int flags, byte[] packed, long size, long checksum) {}

    /// A stored entry of the folder `archive`.
    TorchBytes add(String name, byte[] contents) {
        return add("archive/" + name, STORED, 0, contents);
    }

    TorchBytes add(String name, int method, int flags, byte[] contents) {
        CRC32 checksum = new CRC32();
        checksum.update(contents);
        byte[] packed = method == DEFLATED ? deflate(contents) : contents;
        return add(name, method, flags, packed, contents.length, checksum.getValue());
    }

    TorchBytes add(String name, int method, int flags, byte[] packed, long size, long checksum) {
        entries.add(new Entry(name, method, flags, packed, size, checksum));
        return this;
    }

    /// Writes all sizes and places with 64 bits, as an archive of more than 4 GB has them.
    TorchBytes wide() {
        wide = true;
        return this;
    }

    byte[] bytes() {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        ByteArrayOutputStream directory = new ByteArrayOutputStream();
        for (Entry entry : entries) {
            byte[] name = entry.name().getBytes(StandardCharsets.UTF_8);
            int at = file.size();
            ByteBuffer local = buffer(30);
            local.putInt(0x04034B50).putShort((short) 45).putShort((short) entry.flags());
            local.putShort((short) entry.method()).putInt(0).putInt((int) entry.checksum());
            local.putInt(entry.packed().length).putInt((int) entry.size());
            local.putShort((short) name.length).putShort((short) 0);
            file.writeBytes(local.array());
            file.writeBytes(name);
            file.writeBytes(entry.packed());

            ByteBuffer central = buffer(46);
            central.putInt(0x02014B50).putShort((short) 45).putShort((short) 45);
            central.putShort((short) entry.flags()).putShort((short) entry.method()).putInt(0);
            central.putInt((int) entry.checksum());
            central.putInt(wide ? -1 : entry.packed().length)
                    .putInt(wide ? -1 : (int) entry.size());
            central.putShort((short) name.length).putShort((short) (wide ? 28 : 0));
            central.putShort((short) 0).putShort((short) 0).putShort((short) 0).putInt(0);
            central.putInt(wide ? -1 : at);
            directory.writeBytes(central.array());
            directory.writeBytes(name);
            if (wide) {
                ByteBuffer sizes = buffer(28).putShort((short) 1).putShort((short) 24);
                sizes.putLong(entry.size()).putLong(entry.packed().length).putLong(at);
                directory.writeBytes(sizes.array());
            }
        }
        int start = file.size();
        file.writeBytes(directory.toByteArray());
        file.writeBytes(end(start, directory.size(), file.size()));
        return file.toByteArray();
    }

    private byte[] end(int start, int length, int at) {
        ByteBuffer end = buffer(wide ? 98 : 22);
        if (wide) {
            end.putInt(0x06064B50).putLong(44).putShort((short) 45).putShort((short) 45);
            end.putInt(0).putInt(0).putLong(entries.size()).putLong(entries.size());
            end.putLong(length).putLong(start);
            end.putInt(0x07064B50).putInt(0).putLong(at).putInt(1);
        }
        short count = (short) (wide ? -1 : entries.size());
        end.putInt(0x06054B50).putInt(0).putShort(count).putShort(count);
        end.putInt(wide ? -1 : length).putInt(wide ? -1 : start).putShort((short) 0);
        return end.array();
    }

    /// An archive with this pickle and, as storage 0, the numbers 0 to 5.
    static byte[] file(byte[] pickle) {
        return new TorchBytes()
                .add("data.pkl", pickle)
                .add("byteorder", latin("little"))
                .add("data/0", SafetensorsBytes.floats(0, 1, 2, 3, 4, 5))
                .add("version", latin("3\n"))
                .bytes();
    }

    /// The pickle of a dict with one tensor `a` over storage 0.
    static byte[] tensor(long elements, long offset, String sizes, String strides) {
        return latin(
                "\u0080\2}"
                        + text("a")
                        + "ctorch._utils\n_rebuild_tensor_v2\n(("
                        + text("storage")
                        + "ctorch\nFloatStorage\n"
                        + text("0")
                        + text("cpu")
                        + number(elements)
                        + "tQ"
                        + number(offset)
                        + sizes
                        + strides
                        + "\u0089ccollections\nOrderedDict\n)RtRs.");
    }

    static String tuple(long... numbers) {
        StringBuilder tuple = new StringBuilder("(");
        for (long number : numbers) {
            tuple.append(number(number));
        }
        return tuple.append('t').toString();
    }

    static String number(long number) {
        byte[] digits = buffer(8).putLong(number).array();
        return "\u008A\b" + new String(digits, StandardCharsets.ISO_8859_1);
    }

    static String text(String text) {
        return "\u008C" + (char) text.length() + text;
    }

    static byte[] latin(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static byte[] deflate(byte[] contents) {
        Deflater deflater = new Deflater(9, true);
        deflater.setInput(contents);
        deflater.finish();
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        byte[] piece = new byte[4096];
        while (!deflater.finished()) {
            packed.write(piece, 0, deflater.deflate(piece));
        }
        deflater.end();
        return packed.toByteArray();
    }

    private static ByteBuffer buffer(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }
}
