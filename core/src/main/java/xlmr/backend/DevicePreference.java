package xlmr.backend;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// What shall compute, as `--device` says it: `auto`, `cpu`, `cuda`, `cuda:1` or `cuda:0,1`.
///
/// @param kind of device
/// @param numbers of the GPUs, as their driver counts them; empty for the one that is taken where
///   none is named
public record DevicePreference(Kind kind, List<Integer> numbers) {
    /// A GPU if the module for it is there and finds one, else the processor.
    public static final DevicePreference AUTO = new DevicePreference(Kind.AUTO, List.of());

    /// The processor.
    public static final DevicePreference CPU = new DevicePreference(Kind.CPU, List.of());

    /// An NVIDIA GPU, or an error.
    public static final DevicePreference CUDA = new DevicePreference(Kind.CUDA, List.of());

    private static final Pattern NUMBERS = Pattern.compile("cuda:\\d{1,3}(,\\d{1,3})*");

    /// Kinds of devices.
    public enum Kind {
        /// See [DevicePreference#AUTO].
        AUTO,
        /// See [DevicePreference#CPU].
        CPU,
        /// See [DevicePreference#CUDA].
        CUDA
    }

    /// Copies the numbers, and checks that none comes twice.
    public DevicePreference {
        numbers = List.copyOf(numbers);
        if (new HashSet<>(numbers).size() < numbers.size()) {
            throw new IllegalArgumentException(
                    "device: expected different GPUs, found %s".formatted(spec(kind, numbers)));
        }
    }

    /// The preference that a text names, in any case.
    ///
    /// @throws IllegalArgumentException that says what can be named
    public static DevicePreference of(String name) {
        String text = name.toLowerCase(Locale.ROOT);
        return switch (text) {
            case "auto" -> AUTO;
            case "cpu" -> CPU;
            case "cuda" -> CUDA;
            default -> {
                if (!NUMBERS.matcher(text).matches()) {
                    throw new IllegalArgumentException(
                            "device: expected auto, cpu, cuda, or GPUs by their numbers (cuda:0 or cuda:0,1), found %s"
                                    .formatted(name));
                }
                List<Integer> numbers =
                        Arrays.stream(text.substring("cuda:".length()).split(",", -1))
                                .map(Integer::valueOf)
                                .toList();
                yield new DevicePreference(Kind.CUDA, numbers);
            }
        };
    }

    /// The text that [#of] reads.
    public String spec() {
        return spec(kind, numbers);
    }

    private static String spec(Kind kind, List<Integer> numbers) {
        String name = kind.name().toLowerCase(Locale.ROOT);
        return numbers.isEmpty()
                ? name
                : numbers.stream()
                        .map(String::valueOf)
                        .collect(Collectors.joining(",", name + ":", ""));
    }
}
