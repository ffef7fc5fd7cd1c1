package xlmr.cuda;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A family of kernels in CUDA C, as it lies among the resources, with the headers that it may
/// include.
///
/// @param name of its file without `.cu`
/// @param text of its file
/// @param headers their texts by their names
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
    private static final List<String> HEADERS = List.of("dropout.cuh", "reductions.cuh");

    /// All families.
    public static List<KernelSource> all() {
        Map<String, String> headers = new LinkedHashMap<>();
        for (String header : HEADERS) {
            headers.put(header, resource(header));
        }
        Map<String, String> shared = Collections.unmodifiableMap(headers);
        return FAMILIES.stream()
                .map(family -> new KernelSource(family, resource(family + ".cu"), shared))
                .toList();
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
