package xlmr.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;
import static xlmr.checkpoint.SafetensorsBytes.entry;
import static xlmr.checkpoint.SafetensorsBytes.file;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Files that are cut, damaged or made to do harm: one line says what is wrong, and nothing is
/// lost.
class DamagedSafetensorsTest {
    private static final String A = entry("a", "F32", "[2,3]", 0, 24);
    private static final String B = entry("b", "F32", "[4]", 24, 40);
    private static final String GOOD = "{" + A + "," + B + "}";

    @TempDir Path directory;

    static Stream<Arguments> damaged() {
        byte[] good = file(GOOD, 40);
        byte[] header = GOOD.getBytes(StandardCharsets.UTF_8);
        byte[] none = {};
        return Stream.of(
                arguments("no bytes", none, "0 bytes; a safetensors file begins with 8 bytes"),
                arguments("7 bytes", new byte[7], "7 bytes; a safetensors file begins with"),
                arguments("no header", file(header.length, none, none), "only 0 bytes follow"),
                arguments(
                        "Git LFS pointer",
                        "version https://git-lfs.github.com/spec/v1\n"
                                .getBytes(StandardCharsets.US_ASCII),
                        "a Git LFS pointer, not the file itself; run git lfs pull"),
                arguments("length 0", file(0, none, none), "header: empty"),
                arguments("length -1", file(-1, header, none), "18446744073709551615 is above"),
                arguments("length 2^63", file(1L << 63, header, none), "9223372036854775808 is"),
                arguments(
                        "length over limit", file(100_000_001, header, none), "limit of 100000000"),
                arguments("length at limit", file(100_000_000, header, none), "bytes follow"),
                arguments("not UTF-8", file(4, new byte[] {'{', '"', -1, '"'}, none), "position 2"),
                arguments(
                        "overlong UTF-8",
                        file(4, new byte[] {'{', '"', -64, -128}, none),
                        "not UTF-8"),
                arguments("space first", file(" {}", 0), "expected a JSON object, found ' {}"),
                arguments("array", file("[]", 0), "expected a JSON object"),
                arguments("number", file("17", 0), "expected a JSON object"),
                arguments("HTML", file("<!DOCTYPE html>", 0), "expected a JSON object"),
                arguments("half", file("{" + A, 24), "not valid JSON: Unexpected end-of-input"),
                arguments(
                        "trailing text",
                        file(GOOD + "x", 40),
                        "not valid JSON: Unrecognized token"),
                arguments("trailing object", file(GOOD + "{}", 40), "something follows"),
                arguments("comment", file("{/**/}", 0), "not valid JSON"),
                arguments("deep", file("{\"a\":" + "[".repeat(5000), 0), "expected {\"dtype\""),
                arguments(
                        "deep extra",
                        file("{\"a\":{\"x\":" + "[".repeat(5000), 0),
                        "nesting depth"),
                arguments("name twice", file("{" + A + "," + A + "}", 24), "Duplicate field 'a'"),
                arguments(
                        "dtype twice",
                        file("{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\"}}", 0),
                        "Duplicate field 'dtype'"),
                arguments(
                        "unknown dtype",
                        file("{" + entry("a", "Q7", "[1]", 0, 4) + "}", 4),
                        "dtype Q7 is unknown; supported are BOOL"),
                arguments(
                        "lower case",
                        file("{" + entry("a", "f32", "[1]", 0, 4) + "}", 4),
                        "dtype f32 is unknown"),
                arguments(
                        "numeric dtype",
                        file("{\"a\":{\"dtype\":4,\"shape\":[1],\"data_offsets\":[0,4]}}", 4),
                        "dtype 4 is unknown"),
                arguments(
                        "no dtype",
                        file("{\"a\":{\"shape\":[1],\"data_offsets\":[0,4]}}", 4),
                        "no \"dtype\""),
                arguments(
                        "no shape",
                        file("{\"a\":{\"dtype\":\"F32\",\"data_offsets\":[0,4]}}", 4),
                        "no \"shape\""),
                arguments(
                        "no offsets",
                        file("{\"a\":{\"dtype\":\"F32\",\"shape\":[1]}}", 4),
                        "no \"data_offsets\""),
                arguments("entry is text", file("{\"a\":\"F32\"}", 0), "found F32"),
                arguments(
                        "shape is text",
                        file("{" + entry("a", "F32", "\"1\"", 0, 4) + "}", 4),
                        "shape is 1; expected a list"),
                arguments(
                        "shape of floats",
                        file("{" + entry("a", "F32", "[1.0]", 0, 4) + "}", 4),
                        "shape holds 1.0; expected whole"),
                arguments(
                        "negative shape",
                        file("{" + entry("a", "F32", "[-1,-1]", 0, 4) + "}", 4),
                        "shape holds -1"),
                arguments(
                        "shape over 64 bits",
                        file("{" + entry("a", "F32", "[9223372036854775808]", 0, 4) + "}", 4),
                        "beyond 2^63 - 1"),
                arguments(
                        "shape of 400 digits",
                        file("{" + entry("a", "F32", "[" + "9".repeat(401) + "]", 0, 4) + "}", 4),
                        "not valid JSON"),
                arguments(
                        "shape overflows",
                        file("{" + entry("a", "F32", "[4294967296,4294967296]", 0, 4) + "}", 4),
                        "more than 2^63 - 1 bytes"),
                arguments(
                        "shape wraps to fit",
                        file("{" + entry("a", "F32", "[4611686018427387905]", 0, 4) + "}", 4),
                        "more than 2^63 - 1 bytes"),
                arguments(
                        "shape too small",
                        file("{" + entry("a", "F32", "[2]", 0, 4) + "}", 4),
                        "F32 [2] takes 8 bytes, data_offsets say 4"),
                arguments(
                        "three offsets",
                        file(
                                "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,2,4]}}",
                                4),
                        "data_offsets has 3 numbers"),
                arguments(
                        "begin after end",
                        file("{" + entry("a", "F32", "[1]", 4, 0) + "}", 4),
                        "begin at 4, after their end 0"),
                arguments(
                        "negative offset",
                        file("{" + entry("a", "F32", "[1]", -4, 0) + "}", 4),
                        "data_offsets holds -4"),
                arguments(
                        "overlap",
                        file("{" + A + "," + entry("b", "F32", "[1]", 20, 24) + "}", 24),
                        "begins at 20 and overlaps 'a', which ends at 24"),
                arguments(
                        "same place",
                        file("{" + A + "," + entry("b", "F32", "[6]", 0, 24) + "}", 24),
                        "overlaps"),
                arguments(
                        "hole",
                        file("{" + A + "," + entry("b", "F32", "[1]", 28, 32) + "}", 32),
                        "4 unused bytes after 'a'"),
                arguments(
                        "hole at the start",
                        file("{" + entry("a", "F32", "[1]", 8, 12) + "}", 12),
                        "8 unused bytes after the header"),
                arguments(
                        "data cut",
                        file(GOOD, 39),
                        "take 40 bytes, the file has 39; the file was cut"),
                arguments("data of another", file(GOOD, 41), "1 bytes follow the last array"),
                arguments(
                        "beyond the file",
                        file("{" + entry("a", "F32", "[1000000000]", 0, 4_000_000_000L) + "}", 4),
                        "take 4000000000 bytes, the file has 4"),
                arguments(
                        "metadata is text",
                        file("{\"__metadata__\":\"pt\"}", 0),
                        "__metadata__: expected an object"),
                arguments(
                        "metadata of numbers",
                        file("{\"__metadata__\":{\"n\":3}}", 0),
                        "n is 3; expected a text"),
                arguments("cut in the header", Arrays.copyOf(good, 20), "only 12 bytes follow"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("damaged")
    void aDamagedFileIsRefusedInOneLineThatSaysWhy(String name, byte[] bytes, String reason)
            throws IOException {
        Path path = Files.write(directory.resolve("model.safetensors"), bytes);

        assertThatExceptionOfType(CheckpointException.class)
                .isThrownBy(() -> SafetensorsFile.of("memory", bytes))
                .withMessageStartingWith("memory: ")
                .withMessageContaining(reason)
                .satisfies(e -> assertThat(e.getMessage()).hasLineCount(1).hasSizeLessThan(900));
        assertThatExceptionOfType(CheckpointException.class)
                .isThrownBy(() -> Checkpoint.open(path))
                .withMessageStartingWith(path.toString())
                .withMessageContaining(reason);
    }

    @Test
    void everyPrefixOfAGoodFileIsRefused() {
        byte[] good = file(GOOD, 40);
        for (int length = 0; length < good.length; length++) {
            byte[] prefix = Arrays.copyOf(good, length);
            assertThatExceptionOfType(CheckpointException.class)
                    .isThrownBy(() -> SafetensorsFile.of("x", prefix));
        }
    }

    @Test
    void anyChangedByteIsRefusedClearlyOrRead() {
        byte[] good = file(GOOD, 40);
        int read = 0;
        for (int position = 0; position < good.length - 40; position++) {
            for (int bit = 0; bit < 8; bit++) {
                byte[] changed = good.clone();
                changed[position] ^= (byte) (1 << bit);
                try {
                    SafetensorsFile file = SafetensorsFile.of("x", changed);
                    assertThat(file.names().stream().mapToLong(n -> file.info(n).bytes()).sum())
                            .isEqualTo(40);
                    read++;
                } catch (CheckpointException e) {
                    assertThat(e.getMessage()).hasLineCount(1);
                }
            }
        }
        assertThat(read).isPositive();
    }

    @Test
    void whatAHeaderClaimsTakesNoMemory() {
        byte[] claims = file("{" + entry("a", "F32", "[2000000000]", 0, 8_000_000_000L) + "}", 4);
        byte[] longHeader = file(99_999_999, new byte[] {'{'}, new byte[0]);
        ThreadMXBean thread = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        refuse(claims);
        refuse(longHeader);
        long before = thread.getCurrentThreadAllocatedBytes();
        refuse(claims);
        refuse(longHeader);
        assertThat(thread.getCurrentThreadAllocatedBytes() - before).isLessThan(1 << 20);
    }

    private static void refuse(byte[] bytes) {
        assertThatExceptionOfType(CheckpointException.class)
                .isThrownBy(() -> SafetensorsFile.of("x", bytes));
    }

    @Test
    void namesFromTheFileCannotBreakTheLine() {
        byte[] bytes = file("{" + entry("a\\n\\u001b[31m\\u202e", "F32", "[1]", 0, 8) + "}", 8);
        assertThatExceptionOfType(CheckpointException.class)
                .isThrownBy(() -> SafetensorsFile.of("x", bytes))
                .withMessageContaining("tensor 'a\\u000A\\u001B[31m\\u202E': ");
    }
}
