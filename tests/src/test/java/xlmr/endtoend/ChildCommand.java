package xlmr.endtoend;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/// One command in a Java process of its own, which can be killed.
final class ChildCommand {
    private ChildCommand() {}

    /// Starts a command; what it says goes to two files.
    ///
    /// @param largestFile bytes of the largest file that the process may write, in units of 512; 0
    ///   for no limit. Beyond it writing fails as on a full disk
    static Process start(int largestFile, Path out, Path err, Object... arguments)
            throws IOException {
        List<String> command = new ArrayList<>();
        if (largestFile > 0) {
            command.addAll(List.of("sh", "-c", "ulimit -f \"$1\"; shift; exec \"$@\"", "sh"));
            command.add(Integer.toString(largestFile));
        }
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(
                List.of(
                        "--add-modules=jdk.incubator.vector",
                        "--enable-native-access=ALL-UNNAMED",
                        "-XX:+UseSerialGC",
                        "-Xmx1g",
                        "-cp",
                        classPath()));
        String cache = System.getProperty("xlmr.cache");
        if (cache != null) {
            command.add("-Dxlmr.cache=" + cache);
        }
        command.add("xlmr.cli.Main");
        Arrays.stream(arguments).map(Object::toString).forEach(command::add);
        return new ProcessBuilder(command)
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
    }

    private static String classPath() {
        if (Thread.currentThread().getContextClassLoader() instanceof URLClassLoader loader) {
            return Arrays.stream(loader.getURLs())
                    .map(URL::toString)
                    .map(URI::create)
                    .map(Path::of)
                    .map(Path::toString)
                    .collect(Collectors.joining(File.pathSeparator));
        }
        return System.getProperty("java.class.path");
    }
}
