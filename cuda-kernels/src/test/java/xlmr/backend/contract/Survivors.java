package xlmr.backend.contract;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// The mutants that the contract does not notice, with the reasons: `survivors.txt`, a mutant in
/// two lines, `FILE: CHANGED LINE` or `FILE FUNCTION: CHANGED LINE` and, indented, why. A reason
/// that begins with `Equivalent:` says that it computes the same; such a mutant does not count.
/// Lines with `#` are comments.
final class Survivors {
    /// @param file that was changed
    /// @param function in which it was, or empty for any
    /// @param changed the line as the mutant has it
    /// @param reason why nothing notices
    record Entry(String file, String function, String changed, String reason) {
        /// Whether it computes the same as the kernel, so that there is nothing to notice.
        boolean isEquivalent() {
            return reason.startsWith("Equivalent: ");
        }

        boolean is(Mutant mutant) {
            return mutant.file().equals(file)
                    && (function.isEmpty() || mutant.function().equals(function))
                    && mutant.changed().equals(changed);
        }
    }

    private Survivors() {}

    static List<Entry> read() throws IOException {
        try (InputStream in = Survivors.class.getResourceAsStream("/xlmr/cuda/survivors.txt")) {
            if (in == null) {
                throw new IllegalStateException("the resource survivors.txt is missing");
            }
            List<String> lines =
                    new String(in.readAllBytes(), StandardCharsets.UTF_8)
                            .lines()
                            .filter(line -> !line.isBlank() && !line.startsWith("#"))
                            .toList();
            List<Entry> entries = new ArrayList<>();
            for (int i = 0; i < lines.size(); i += 2) {
                int colon = lines.get(i).indexOf(": ");
                if (colon < 0 || i + 1 == lines.size() || !lines.get(i + 1).startsWith("    ")) {
                    throw new IllegalStateException(
                            "survivors.txt: '%s' has no file or no reason below it"
                                    .formatted(lines.get(i)));
                }
                String[] place = lines.get(i).substring(0, colon).split(" ", 2);
                entries.add(
                        new Entry(
                                place[0],
                                place.length == 1 ? "" : place[1],
                                lines.get(i).substring(colon + 2),
                                lines.get(i + 1).strip()));
            }
            return entries;
        }
    }
}
