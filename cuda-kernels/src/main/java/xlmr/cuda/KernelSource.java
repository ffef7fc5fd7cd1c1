package xlmr.cuda;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A family of kernels in CUDA C, as it lies among the resources, with the headers that it
/// includes.
///
/// @param name of its file without `.cu`, with format and size where it is compiled for those
/// @param text of its file, behind the definitions that it is compiled with
/// @param headers the texts of the headers by their names
public record KernelSource(String name, String text, Map<String, String> headers) {
    private static final List<String> FAMILIES =
            List.of(
                    "elements",
                    "activations",
                    "attention",
                    "normalizations",
                    "rows",
                    "losses",
                    "optimizer");
    private static final List<String> FORMATS = List.of("Bf16", "Fp16");
    private static final List<Integer> HEAD_SIZES = List.of(32, 64, 128);
    private static final Pattern INCLUDE = Pattern.compile("(?m)^#include \"(.+)\"$");

    /// All families.
    public static List<KernelSource> all() {
        List<KernelSource> all = new ArrayList<>();
        FAMILIES.forEach(family -> all.add(of(family, resource(family + ".cu"))));
        String attention = resource("attention_mma.cu");
        for (String format : FORMATS) {
            for (int size : HEAD_SIZES) {
                String name = "attention_mma_" + format.toLowerCase(Locale.ROOT) + "_" + size;
                all.add(of(name, definitions(format, size) + attention));
            }
        }
        return Collections.unmodifiableList(all);
    }

    /// Attention on tensor cores is compiled for one format and size of heads at a time, because
    /// that takes a while.
    private static String definitions(String format, int size) {
        return """
        #define HEAD_FORMAT %1$s
        #define HEAD_SIZE %2$d
        #define ATTENTION attention%1$sSize%2$d
        #define QUERY_GRADIENT attentionQueryGradient%1$sSize%2$d
        #define KEY_VALUE_GRADIENT attentionKeyValueGradient%1$sSize%2$d
        """
                .formatted(format, size);
    }

    private static KernelSource of(String name, String text) {
        Map<String, String> headers = new TreeMap<>();
        addHeaders(text, headers);
        return new KernelSource(name, text, Collections.unmodifiableMap(headers));
    }

    /// Adds the headers that a text includes, and those that they include.
    private static void addHeaders(String text, Map<String, String> headers) {
        Matcher include = INCLUDE.matcher(text);
        while (include.find()) {
            String name = include.group(1);
            if (!headers.containsKey(name)) {
                String header = resource(name);
                headers.put(name, header);
                addHeaders(header, headers);
            }
        }
    }

    /// A number that changes with the text or a header, for caches of what was compiled.
    public String fingerprint() {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(text.getBytes(StandardCharsets.UTF_8));
            for (String header : headers.values()) {
                digest.update(header.getBytes(StandardCharsets.UTF_8));
            }
            return HexFormat.of().formatHex(digest.digest(), 0, 16);
        } catch (NoSuchAlgorithmException exception) {
            throw new AssertionError("every JDK has SHA-256", exception);
        }
    }

    private static String resource(String name) {
        try (InputStream in = KernelSource.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException(
                        "the kernel source " + name + " is missing from the jar");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException exception) {
            throw new UncheckedIOException(exception);
        }
    }
}
