package xlmr.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/// The version of xlmr and of what it runs on.
final class Version implements IVersionProvider {
    /// The version that Maven wrote into the jar.
    static String number() {
        Properties properties = new Properties();
        try (InputStream file = Version.class.getResourceAsStream("version.properties")) {
            if (file == null) {
                return "unknown";
            }
            properties.load(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return properties.getProperty("version", "unknown");
    }

    @Override
    public String[] getVersion() {
        return new String[] {
            "xlmr %s (%s %s, %s %s)"
                    .formatted(
                            number(),
                            System.getProperty("java.vm.name"),
                            System.getProperty("java.runtime.version"),
                            System.getProperty("os.name"),
                            System.getProperty("os.arch"))
        };
    }
}
