package xlmr.cuda;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// Writes a shared library for Linux on x86-64 whose functions jump to addresses that are filled in
/// after it was loaded: `jmp *slot(%rip)` each. The table of addresses is exported as [#SLOTS].
///
/// After the System V ABI (generic and AMD64 supplement) and the Linux Standard Base's chapter on
/// symbol versions: NVIDIA's libraries give every symbol the version of their own name.
///
/// @param name by which it is looked for, such as `libcuda.so.1`
/// @param functions it exports, in the order of the table
record ElfLibrary(String name, List<String> functions) {
    static final String SLOTS = "fake_slots";

    private static final int HEADER = 64;
    private static final int PROGRAM_HEADER = 56;
    private static final int SYMBOL = 24;
    private static final int VERSION = 28;
    private static final int PAGE = 4096;
    private static final int DYNAMIC_ENTRIES = 10;
    private static final byte FUNCTION = 0x12;
    private static final byte OBJECT = 0x11;

    /// The file.
    byte[] bytes() {
        Strings strings = new Strings();
        int soname = strings.add(name);
        int count = functions.size() + 1;
        int[] names = new int[count];
        for (int i = 0; i < functions.size(); i++) {
            names[i] = strings.add(functions.get(i));
        }
        names[functions.size()] = strings.add(SLOTS);

        int symbols = HEADER + 4 * PROGRAM_HEADER;
        int hash = symbols + SYMBOL * (count + 1);
        int versions = aligned(hash + 4 * (2 + 1 + count + 1), 8);
        int definitions = aligned(versions + 2 * (count + 1), 8);
        int text = aligned(definitions + 2 * VERSION, 16);
        int stringTable = text + 8 * count;
        int end = stringTable + strings.size();
        int data = aligned(end, PAGE);
        int slots = data + 16 * DYNAMIC_ENTRIES;
        int total = slots + 8 * count;

        ByteBuffer file = ByteBuffer.allocate(total).order(ByteOrder.LITTLE_ENDIAN);
        header(file);
        programHeader(file, 1, 5, 0, end, PAGE);
        programHeader(file, 1, 6, data, total - data, PAGE);
        programHeader(file, 2, 6, data, 16 * DYNAMIC_ENTRIES, 8);
        programHeader(file, 0x6474e551, 6, 0, 0, 16);

        file.position(symbols + SYMBOL);
        for (int i = 0; i < count; i++) {
            boolean isFunction = i < functions.size();
            file.putInt(names[i]).put(isFunction ? FUNCTION : OBJECT).put((byte) 0);
            file.putShort((short) 1).putLong(isFunction ? text + 8L * i : slots).putLong(8);
        }
        // One bucket, in which all symbols are chained.
        file.position(hash);
        file.putInt(1).putInt(count + 1).putInt(1).putInt(0);
        for (int i = 1; i <= count; i++) {
            file.putInt(i == count ? 0 : i + 1);
        }
        file.position(versions);
        file.putShort((short) 0);
        for (int i = 0; i < count; i++) {
            file.putShort((short) 2);
        }
        version(file, definitions, 1, soname);
        version(file, definitions + VERSION, 2, soname);
        for (int i = 0; i < functions.size(); i++) {
            int at = text + 8 * i;
            file.position(at);
            file.put((byte) 0xff).put((byte) 0x25).putInt(slots + 8 * i - (at + 6));
        }
        file.position(stringTable);
        strings.write(file);
        file.position(data);
        dynamic(file, 14, soname);
        dynamic(file, 4, hash);
        dynamic(file, 5, stringTable);
        dynamic(file, 6, symbols);
        dynamic(file, 10, strings.size());
        dynamic(file, 11, SYMBOL);
        dynamic(file, 0x6ffffff0L, versions);
        dynamic(file, 0x6ffffffcL, definitions);
        dynamic(file, 0x6ffffffdL, 2);
        dynamic(file, 0, 0);
        return file.array();
    }

    private static void header(ByteBuffer file) {
        file.put(new byte[] {0x7f, 'E', 'L', 'F', 2, 1, 1, 0}).putLong(0);
        file.putShort((short) 3).putShort((short) 62).putInt(1);
        file.putLong(0).putLong(HEADER).putLong(0).putInt(0);
        file.putShort((short) HEADER).putShort((short) PROGRAM_HEADER).putShort((short) 4);
        file.putShort((short) 64).putShort((short) 0).putShort((short) 0);
    }

    private static void programHeader(
            ByteBuffer file, int type, int flags, long offset, long size, long alignment) {
        file.putInt(type).putInt(flags).putLong(offset).putLong(offset).putLong(offset);
        file.putLong(size).putLong(size).putLong(alignment);
    }

    /// A version definition; the first is that of the file itself.
    private void version(ByteBuffer file, int at, int index, int soname) {
        file.position(at);
        boolean isFirst = index == 1;
        file.putShort((short) 1).putShort((short) (isFirst ? 1 : 0)).putShort((short) index);
        file.putShort((short) 1).putInt(hash(name)).putInt(20).putInt(isFirst ? VERSION : 0);
        file.putInt(soname).putInt(0);
    }

    private static void dynamic(ByteBuffer file, long tag, long value) {
        file.putLong(tag).putLong(value);
    }

    /// The hash function of the System V ABI.
    private static int hash(String text) {
        int hash = 0;
        for (char letter : text.toCharArray()) {
            hash = (hash << 4) + letter;
            int high = hash & 0xf0000000;
            hash ^= high >>> 24;
            hash &= ~high;
        }
        return hash;
    }

    private static int aligned(int value, int alignment) {
        return (value + alignment - 1) / alignment * alignment;
    }

    /// The string table.
    private static final class Strings {
        private final StringBuilder text = new StringBuilder("\0");

        int add(String string) {
            int at = text.length();
            text.append(string).append('\0');
            return at;
        }

        int size() {
            return text.length();
        }

        void write(ByteBuffer file) {
            file.put(text.toString().getBytes(StandardCharsets.US_ASCII));
        }
    }
}
