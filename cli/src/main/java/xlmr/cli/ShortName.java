package xlmr.cli;

import java.nio.file.Path;

/// Files in reports that are shown to others, where their directory is nobody's business.
final class ShortName {
    private ShortName() {}

    /// The last name of a path.
    static String of(Path path) {
        if (path.toString().equals("-")) {
            return "standard input";
        }
        Path name = path.toAbsolutePath().normalize().getFileName();
        return name == null ? path.toString() : name.toString();
    }
}
