package xlmr.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;
import static xlmr.checkpoint.TorchBytes.DEFLATED;
import static xlmr.checkpoint.TorchBytes.STORED;
import static xlmr.checkpoint.TorchBytes.file;
import static xlmr.checkpoint.TorchBytes.latin;
import static xlmr.checkpoint.TorchBytes.number;
import static xlmr.checkpoint.TorchBytes.tensor;
import static xlmr.checkpoint.TorchBytes.text;
import static xlmr.checkpoint.TorchBytes.tuple;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Files that mean harm, and files that are wrong: refused in one line that names the file and the
/// reason, with nothing executed and little memory taken.
class HostilePyTorchFileTest {
    private static final Path BAD =
            Path.of(System.getProperty("xlmr.repository", ".."), "..", "shared/reference/bad");
    private static final String MARKER = "XLMR_PICKLE_WAS_EXECUTED";
    private static final byte[] GOOD = tensor(6, 0, tuple(2, 3), tuple(3, 1));

    /// What a file may cost beside some dozen bytes for each of its own.
    private static final long SMALL = 256 << 10;

    static Stream<Arguments> pickles() {
        String system = "cos\nsystem\n" + text("touch " + MARKER) + "\u0085R.";
        return Stream.of(
                arguments("a call", "\u0080\2" + system, "byte 2: names os.system"),
                arguments("in a key", "\u0080\2}" + system.replace(".", "Ns."), "names os.system"),
                arguments(
                        "protocol 4",
                        "\u0080\4" + text("os") + text("system") + "\u0093.",
                        "names os.system"),
                arguments(
                        "a name like an allowed one",
                        "\u0080\2ctorch._utils\n_rebuild_tensor_v2.__globals__\n.",
                        "names torch._utils._rebuild_tensor_v2.__globals__"),
                arguments("a line break", "\u0080\2cos\u001b[2J\nx\n.", "names os\\u001B[2J.x"),
                arguments("INST", "(ios\nsystem\n.", "opcode INST"),
                arguments("OBJ", "(cos\nsystem\no.", "names os.system"),
                arguments("NEWOBJ", "\u0080\2ctorch\nSize\n)\u0081.", "opcode NEWOBJ"),
                arguments("EXT1", "\u0080\2\u0082\1.", "opcode EXT1"),
                arguments("PERSID", "Pstorage\n.", "opcode PERSID"),
                arguments("what is no function", "})R.", "a call of a dict"),
                arguments("a type", "ctorch\nTensor\n)R.", "a call of torch.Tensor"),
                arguments("a state", "]}b.", "a state for a list"),
                arguments("a reference", "NQ.", "a reference to something that is not a storage"),
                arguments(
                        "calls in calls",
                        "ctorch._tensor\n_rebuild_from_type_v2\n(h\0h\0h\0tR."
                                .replace("\n(h\0h\0h\0", "\nq\0(h\0h\0)"),
                        "a call of torch._tensor._rebuild_from_type_v2 within it"),
                arguments("an argument", "ctorch\nSize\nN\u0085R.", "argument 1 is None"),
                arguments("no argument", "ctorch\nSize\n)R.", "0 arguments; expected 1 or more"),
                arguments("nothing", "", "1 bytes expected, but only 0 follow"),
                arguments("no STOP", "\u0080\2}", "1 bytes expected, but only 0 follow"),
                arguments("an empty stack", "\u0080\2.", "the stack is empty"),
                arguments("below a mark", "}(s.", "the stack is empty"),
                arguments("no mark", "}u.", "the stack has no mark"),
                arguments("no value", "}(Nu.", "a key without a value"),
                arguments("an unset place", "h\7.", "nothing was kept under 7"),
                arguments(
                        "2 GB of text", "X\u00FF\u00FF\u00FF\u007Fa.", "2147483647 bytes expected"),
                arguments("a negative text", "T\u00FF\u00FF\u00FF\u00FFa.", "a length of -1"),
                arguments(
                        "a text of 2^62",
                        "\u008D\0\0\0\0\0\0\0@.",
                        "4611686018427387904 bytes expected"),
                arguments("not UTF-8", "X\1\0\0\0\u00FF.", "a text that is not UTF-8"),
                arguments("an endless name", "c" + "x".repeat(2000), "a name of more than 1000"),
                arguments("a list", "].", "holds a list; expected a dict of tensors"),
                arguments("in itself", "}q\0" + text("a") + "h\0s.", "without any tensor (a)"),
                arguments("no tensor", "}" + text("a") + "K\1s.", "without any tensor (a)"),
                arguments("deep", "(".repeat(50000) + "t".repeat(50000) + ".", "holds a tuple"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("pickles")
    void aPickleOfAnythingButTensorsIsRefused(String name, String pickle, String reason) {
        refused(file(latin(pickle)), reason);
    }

    static Stream<Arguments> tensors() {
        return Stream.of(
                arguments(
                        "a huge storage",
                        tensor(1L << 40, 0, tuple(1L << 40), tuple(1)),
                        "archive/data/0 has 24 bytes, but 1099511627776 elements of F32 take"),
                arguments(
                        "a storage beyond counting",
                        tensor(1L << 62, 0, tuple(1), tuple(1)),
                        "a storage of 4611686018427387904 elements"),
                arguments("offset", tensor(6, 5, tuple(2, 3), tuple(3, 1)), "reaches beyond"),
                arguments("strides", tensor(6, 0, tuple(4, 4), tuple(100, 1)), "reaches beyond"),
                arguments(
                        "overflow",
                        tensor(6, 0, tuple(1L << 62, 4), tuple(0, 0)),
                        "reaches beyond"),
                arguments(
                        "overflow of the offset",
                        tensor(6, Long.MAX_VALUE, tuple(1), tuple(1)),
                        "reaches beyond"),
                arguments("size", tensor(6, 0, tuple(-2, 3), tuple(3, 1)), "-2 in the place of"),
                arguments("stride", tensor(6, 3, tuple(2, 3), tuple(-3, 1)), "-3 in the place of"),
                arguments("axes", tensor(6, 0, tuple(2, 3), tuple(1)), "2 sizes, but 1 strides"),
                arguments(
                        "many axes",
                        tensor(6, 0, tuple(new long[70]), tuple(new long[70])),
                        "a tensor of 70 axes"),
                arguments("no sizes", tensor(6, 0, "N", tuple(1)), "argument 3 is None"),
                arguments(
                        "repeated for ever",
                        tensor(6, 0, tuple(1_000_000_000), tuple(0)),
                        "its tensors take over 64 times its size"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("tensors")
    void aTensorThatIsNotInTheFileIsRefused(String name, byte[] pickle, String reason) {
        refused(file(pickle), reason);
    }

    static Stream<Arguments> archives() {
        byte[] six = SafetensorsBytes.floats(0, 1, 2, 3, 4, 5);
        byte[] zeros = new byte[10_000_000];
        return Stream.of(
                arguments("no pickle", new TorchBytes().add("data/0", six), "with no data.pkl"),
                arguments(
                        "no storage", new TorchBytes().add("data.pkl", GOOD), "is not in the file"),
                arguments(
                        "a pickle twice",
                        new TorchBytes().add("data.pkl", GOOD).add("data.pkl", GOOD),
                        "two entries are named archive/data.pkl"),
                arguments(
                        "two folders",
                        new TorchBytes().add("data.pkl", GOOD).add("b/data.pkl", STORED, 0, GOOD),
                        "with 2 data.pkl"),
                arguments(
                        "big-endian",
                        new TorchBytes().add("data.pkl", GOOD).add("byteorder", latin("big")),
                        "byte order 'big'"),
                arguments(
                        "encrypted",
                        new TorchBytes().add("archive/data.pkl", STORED, 1, GOOD),
                        "archive/data.pkl is encrypted"),
                arguments(
                        "another method",
                        new TorchBytes().add("archive/data.pkl", 93, 0, GOOD),
                        "packed by method 93"),
                arguments(
                        "two sizes",
                        new TorchBytes().add("archive/data.pkl", STORED, 0, GOOD, 3, 0),
                        "is stored, but has two sizes"),
                arguments(
                        "a wrong checksum",
                        new TorchBytes()
                                .add("archive/data.pkl", DEFLATED, 0, new byte[] {3, 0}, 0, 1),
                        "archive/data.pkl is damaged"),
                arguments(
                        "no end",
                        new TorchBytes().add("archive/data.pkl", DEFLATED, 0, GOOD, 9, 1),
                        "archive/data.pkl is damaged"),
                arguments(
                        "a bomb in the pickle",
                        new TorchBytes().add("archive/data.pkl", DEFLATED, 0, zeros),
                        "over 64 times its size"),
                arguments(
                        "a bomb in a storage",
                        new TorchBytes()
                                .add("data.pkl", GOOD)
                                .add("archive/data/0", DEFLATED, 0, zeros),
                        "over 64 times its size"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("archives")
    void anArchiveThatPyTorchDoesNotWriteIsRefused(String name, TorchBytes archive, String reason) {
        refused(archive.bytes(), reason);
        refused(archive.wide().bytes(), reason);
    }

    /// An archive of 64-bit sizes, a compressed one, and one with names of elsewhere.
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void anUnusualArchiveOfTensorsIsRead(boolean wide) {
        TorchBytes archive =
                new TorchBytes()
                        .add("archive/../../evil.txt", STORED, 0, latin("x"))
                        .add("/etc/evil", STORED, 0, latin("x"))
                        .add("archive/data.pkl", DEFLATED, 0, GOOD)
                        .add(
                                "archive/data/0",
                                DEFLATED,
                                0,
                                SafetensorsBytes.floats(0, 1, 2, 3, 4, 5));
        byte[] bytes = (wide ? archive.wide() : archive).bytes();

        Checkpoint checkpoint = PyTorchFile.of("unusual.bin", bytes);
        assertThat(checkpoint.tensor("a").toArray()).containsExactly(0, 1, 2, 3, 4, 5);
        assertThat(checkpoint.writable("a").toArray()).containsExactly(0, 1, 2, 3, 4, 5);
    }

    @Test
    void aStorageThatTwoTensorsDescribeDifferentlyIsRefused() {
        String storage =
                "("
                        + text("storage")
                        + "ctorch\n%sStorage\n"
                        + text("0")
                        + text("cpu")
                        + number(6)
                        + "tQ";
        String pickle =
                "\u0080\2]" + storage.formatted("Float") + "a" + storage.formatted("Half") + "a.";
        refused(file(latin(pickle)), "storage 0 has 6 elements of F16, before it had 6 of F32");
    }

    @Test
    void tensorsInSeveralEntriesAreNotGuessedAt() {
        String tensor = new String(GOOD, StandardCharsets.ISO_8859_1);
        String dict = tensor.substring(2, tensor.length() - 1);
        String pickle = "\u0080\2}" + text("x") + dict + "s" + text("y") + dict + "s.";
        refused(file(latin(pickle)), "tensors in several entries: x, y; save one of them alone");
    }

    @Test
    void anotherFileSaysWhatItIs() {
        refused(new byte[0], "empty");
        refused(latin("version https://git-lfs.github.com/spec/v1\n"), "run git lfs pull");
        refused(latin("<!DOCTYPE html><html>"), "begins with '<!DOCTYPE html><'");
        refused(latin("\0".repeat(257) + "ustar" + "\0".repeat(250)), "a tar archive of PyTorch");
        refused(latin("\u0080\2}."), "a pickle that begins with a dict; expected PyTorch's number");
        refused(latin("\u0080\2K\7."), "a pickle that begins with 0x7;");
    }

    private static void refused(byte[] bytes, String reason) {
        ThreadMXBean thread = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        // The first run loads classes.
        attempt(bytes);
        long before = thread.getCurrentThreadAllocatedBytes();
        Throwable found = attempt(bytes);
        long allocated = thread.getCurrentThreadAllocatedBytes() - before;
        assertThat(found)
                .isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith("bad.bin: ")
                .hasMessageContaining(reason);
        assertThat(found.getMessage()).hasLineCount(1);
        assertThat(allocated).isLessThan(SMALL + 100L * bytes.length);
        assertThat(Path.of(MARKER)).doesNotExist();
    }

    private static Throwable attempt(byte[] bytes) {
        return catchThrowable(() -> PyTorchFile.of("bad.bin", bytes));
    }

    /// Every damaged .bin and index of the reference, as its manifest expects.
    @ParameterizedTest
    @ValueSource(strings = {"bin", "index"})
    void everyFileOfTheManifestIsReadOrRefused(String container) throws IOException {
        assumeTrue(Files.isDirectory(BAD), "skipped: no reference fixtures at " + BAD);
        JsonNode manifest = JsonDocument.read(BAD.resolve("manifest.json"));
        List<String> wrong = new ArrayList<>();
        int seen = 0;
        for (JsonNode entry : manifest.get("files")) {
            String file = entry.get("file").asText();
            if (!file.startsWith(container + "/") || file.endsWith(".safetensors")) {
                continue;
            }
            seen++;
            Path path = BAD.resolve(file);
            String found = assertTimeoutPreemptively(Duration.ofSeconds(10), () -> outcome(path));
            String expected = entry.get("expect").asText();
            if (!expected.equals(found) && !(expected.equals("either") && !found.contains(":"))) {
                wrong.add("%s should be %s, is %s".formatted(file, expected, found));
            }
        }
        assertThat(wrong).isEmpty();
        assertThat(seen).isGreaterThan(6);
        assertThat(Path.of(MARKER)).doesNotExist();
    }

    private static String outcome(Path path) throws IOException {
        ThreadMXBean thread = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = thread.getCurrentThreadAllocatedBytes();
        String outcome = "ok";
        try {
            Checkpoint checkpoint = Checkpoint.open(path);
            for (String name : checkpoint.names()) {
                outcome = checkpoint.nonFinite(name) > 0 ? "warn" : outcome;
            }
        } catch (CheckpointException e) {
            String message = String.valueOf(e.getMessage());
            boolean clear = message.startsWith(path.toString()) && !e.reason().isBlank();
            outcome = clear && message.lines().count() == 1 ? "error" : "unclear: " + e;
        }
        long allocated = thread.getCurrentThreadAllocatedBytes() - before;
        // What reading any first file takes: classes.
        long limit = (4 << 20) + 100 * Files.size(path);
        return allocated < limit ? outcome : "allocated: " + allocated;
    }
}
