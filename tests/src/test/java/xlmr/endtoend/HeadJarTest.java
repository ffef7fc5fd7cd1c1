package xlmr.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import xlmr.model.HeadFactory;

/// A head that somebody else compiled and packed, from the command line.
class HeadJarTest {
    private static final String SERVICE = "META-INF/services/xlmr.model.HeadFactory";

    /// One linear layer of the first token, in a package of its own.
    private static final String SOURCE =
            """
            package mine;

            import java.util.List;
            import xlmr.autograd.Ops;
            import xlmr.autograd.Parameter;
            import xlmr.model.Head;
            import xlmr.model.HeadContext;
            import xlmr.model.HeadFactory;
            import xlmr.model.HeadWeights;
            import xlmr.model.SequenceHead;
            import xlmr.nn.Linear;
            import xlmr.tensor.Tensor;

            public final class Plain implements HeadFactory {
                @Override
                public String name() {
                    return "mine-plain";
                }

                @Override
                public Head create(HeadContext context, String argument, HeadWeights weights) {
                    return new OneLayer(
                            weights.linear("only", context.numLabels(), context.hiddenSize()));
                }

                private record OneLayer(Linear only) implements SequenceHead {
                    @Override
                    public Tensor logits(Ops ops, Tensor selected) {
                        return only.forward(ops, selected);
                    }

                    @Override
                    public List<Parameter> parameters() {
                        return only.parameters();
                    }
                }
            }
            """;

    @TempDir static Path directory;
    private static Path jar;

    @BeforeAll
    static void compile() throws IOException {
        Path classes = Files.createDirectories(directory.resolve("classes"));
        Path source = directory.resolve("Plain.java");
        Files.writeString(source, SOURCE);
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        int code =
                compiler.run(
                        null,
                        null,
                        null,
                        "-proc:none",
                        "-cp",
                        core(),
                        "-d",
                        classes.toString(),
                        source.toString());
        assertThat(code).isZero();
        Files.createDirectories(classes.resolve("META-INF/services"));
        Files.writeString(classes.resolve(SERVICE), "mine.Plain\n");
        jar = directory.resolve("head.jar");
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream out = new JarOutputStream(file);
                Stream<Path> packed = Files.walk(classes)) {
            for (Path entry : packed.filter(Files::isRegularFile).toList()) {
                out.putNextEntry(
                        new JarEntry(classes.relativize(entry).toString().replace('\\', '/')));
                Files.copy(entry, out);
                out.closeEntry();
            }
        }
    }

    /// Where the library's classes are, in whatever way the tests were started.
    private static String core() {
        try {
            return Path.of(
                            HeadFactory.class
                                    .getProtectionDomain()
                                    .getCodeSource()
                                    .getLocation()
                                    .toURI())
                    .toString();
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void isTrainedAndUsedFromTheCommandLine() throws IOException {
        Sentences.file(directory, "train.tsv");
        Path few = Sentences.first(directory, "train.tsv", 16);
        Path model = directory.resolve("model");
        CommandRun run =
                CommandRun.of(
                        "train",
                        "--train",
                        few,
                        "--label-column",
                        "category",
                        "--head",
                        "mine-plain",
                        "--epochs",
                        "1",
                        "--output",
                        model,
                        "--classpath",
                        jar);
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out()).contains("head.only.weight");
        run = CommandRun.of("predict", "--model", model, "--classpath", jar, "Hello");
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out()).containsPattern("food|money|travel|weather");
    }

    @Test
    void aDirectoryOfClassesServesAsWell() {
        CommandRun run = CommandRun.of("--classpath", directory.resolve("classes"), "describe");
        assertThat(run.exitCode()).as(run.err()).isZero();
    }

    @Test
    void whatHoldsNoHeadIsRefusedInOneLine() throws IOException {
        Path text = Files.writeString(directory.resolve("text.jar"), "no jar");
        Path empty = Files.createDirectories(directory.resolve("empty"));
        Path wrong = Files.createDirectories(directory.resolve("wrong/META-INF/services"));
        Files.writeString(wrong.resolve("xlmr.model.HeadFactory"), "mine.Missing\n");
        Path damaged = Files.createDirectories(directory.resolve("damaged/META-INF/services"));
        Files.writeString(damaged.resolve("xlmr.model.HeadFactory"), "Broken\n");
        Files.write(
                directory.resolve("damaged/Broken.class"),
                "not a class".getBytes(StandardCharsets.UTF_8));
        refused(directory.resolve("missing.jar"), "no such file");
        refused(text, "expected a jar or a directory");
        refused(empty, SERVICE);
        refused(directory.resolve("wrong"), "mine.Missing");
        refused(directory.resolve("damaged"), "Broken");
    }

    private static void refused(Path place, String reason) {
        CommandRun run = CommandRun.of("describe", "--classpath", place);
        assertThat(run.exitCode()).as(run.err()).isEqualTo(1);
        assertThat(run.err().lines()).as(run.err()).hasSize(1);
        assertThat(run.err()).contains(List.of("--classpath", place.toString(), reason));
        assertThat(run.out()).isEmpty();
    }
}
