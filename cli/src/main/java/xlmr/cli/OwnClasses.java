package xlmr.cli;

import java.io.File;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.regex.Pattern;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;
import xlmr.model.HeadFactories;
import xlmr.model.HeadFactory;

/// Classes that a user brings along: heads of their own, in jars or directories of class files.
/// Whoever names a jar runs what is in it.
final class OwnClasses {
    /// Names what `--classpath` names, for every command of a shell.
    static final String VARIABLE = "XLMR_CLASSPATH";

    private static final String SERVICE = "META-INF/services/" + HeadFactory.class.getName();
    private static final Pattern SEPARATOR = Pattern.compile(Pattern.quote(File.pathSeparator));

    private OwnClasses() {}

    /// Makes the heads known that the option names, or else the environment variable.
    ///
    /// @param option of the command line, or null
    /// @throws CommandException if something named is missing or damaged, or there is no head
    static void load(@Nullable String option) {
        if (option != null) {
            load("--classpath", option);
            return;
        }
        String variable = System.getenv(VARIABLE);
        if (variable != null && !variable.isBlank()) {
            load(VARIABLE, variable);
        }
    }

    private static void load(String from, String places) {
        List<URL> urls = new ArrayList<>();
        for (String place : SEPARATOR.split(places)) {
            if (!place.isBlank()) {
                urls.add(checked(from, Path.of(place)));
            }
        }
        // Stays open: a head may load more of its classes at any time.
        URLClassLoader loader =
                new URLClassLoader(urls.toArray(URL[]::new), HeadFactory.class.getClassLoader());
        if (loader.findResource(SERVICE) == null) {
            throw new CommandException(
                    ("%s %s: expected a file %s that names the class of a head, found none; see"
                                    + " docs/heads.md")
                            .formatted(from, places, SERVICE));
        }
        register(from, places, loader);
    }

    private static URL checked(String from, Path place) {
        try {
            if (!Files.exists(place)) {
                throw new CommandException(
                        "%s %s: no such file or directory".formatted(from, place));
            }
            if (!Files.isDirectory(place)) {
                new ZipFile(place.toFile()).close();
            }
            return place.toUri().toURL();
        } catch (MalformedURLException e) {
            throw new CommandException("%s %s: %s".formatted(from, place, e.getMessage()), e);
        } catch (IOException e) {
            throw new CommandException(
                    "%s %s: expected a jar or a directory of classes; %s"
                            .formatted(from, place, e.getMessage()),
                    e);
        }
    }

    private static void register(String from, String places, URLClassLoader loader) {
        try {
            Iterator<HeadFactory> found = ServiceLoader.load(HeadFactory.class, loader).iterator();
            while (found.hasNext()) {
                HeadFactories.register(found.next());
            }
        } catch (ServiceConfigurationError | LinkageError e) {
            Throwable cause = e.getCause();
            throw new CommandException(
                    "%s %s: a head cannot be loaded: %s%s"
                            .formatted(
                                    from,
                                    places,
                                    e.getMessage(),
                                    cause == null ? "" : ": " + cause),
                    e);
        }
    }
}
