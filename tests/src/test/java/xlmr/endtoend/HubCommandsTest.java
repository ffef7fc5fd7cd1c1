package xlmr.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import xlmr.cli.Main;

/// Models by name, through the real command in a process of its own, against a server on this
/// machine.
class HubCommandsTest {
    private static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";
    private static final int SMALL = 1000;

    @TempDir Path directory;
    private final Map<String, byte[]> files = new ConcurrentHashMap<>();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private volatile int pauseMilliseconds;
    private HttpServer server;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.setExecutor(threads);
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
        threads.shutdownNow();
    }

    private void answer(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        requests.add(exchange.getRequestMethod() + " " + path);
        byte[] content = files.get(path.replaceFirst("^/org/name/resolve/[^/]+/", ""));
        exchange.getResponseHeaders().add("X-Repo-Commit", COMMIT);
        if (content == null) {
            exchange.getResponseHeaders().add("X-Error-Code", "EntryNotFound");
            exchange.sendResponseHeaders(404, -1);
            exchange.close();
            return;
        }
        exchange.getResponseHeaders().add("ETag", '"' + etag(content) + '"');
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.getResponseHeaders().add("Content-Length", String.valueOf(content.length));
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
            return;
        }
        String range = exchange.getRequestHeaders().getFirst("Range");
        int start = range == null ? 0 : Integer.parseInt(range.replaceAll("\\D", ""));
        if (start > 0) {
            exchange.getResponseHeaders()
                    .add(
                            "Content-Range",
                            "bytes %d-%d/%d".formatted(start, content.length - 1, content.length));
        }
        exchange.sendResponseHeaders(start > 0 ? 206 : 200, content.length - start);
        try (OutputStream body = exchange.getResponseBody()) {
            for (int position = start; position < content.length; position += 1 << 14) {
                body.write(content, position, Math.min(1 << 14, content.length - position));
                Thread.sleep(pauseMilliseconds);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static String etag(byte[] content) {
        try {
            MessageDigest digest =
                    MessageDigest.getInstance(content.length < SMALL ? "SHA-1" : "SHA-256");
            if (content.length < SMALL) {
                digest.update(
                        ("blob " + content.length + "\0").getBytes(StandardCharsets.US_ASCII));
            }
            return HexFormat.of().formatHex(digest.digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private ProcessBuilder command(String... arguments) {
        List<String> line = new ArrayList<>();
        line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        line.addAll(List.of("--add-modules", "jdk.incubator.vector", "-XX:TieredStopAtLevel=1"));
        line.addAll(List.of("-cp", classPath(), "xlmr.cli.Main"));
        line.addAll(Arrays.asList(arguments));
        ProcessBuilder builder = new ProcessBuilder(line);
        builder.environment().keySet().removeIf(name -> name.startsWith("HF_"));
        builder.environment()
                .keySet()
                .removeIf(name -> name.toLowerCase(Locale.ROOT).endsWith("_proxy"));
        builder.environment()
                .put("HF_ENDPOINT", "http://127.0.0.1:" + server.getAddress().getPort());
        builder.environment().put("HF_HOME", directory.resolve("home").toString());
        return builder.redirectError(directory.resolve("err").toFile())
                .redirectOutput(directory.resolve("out").toFile());
    }

    /// That of this process, which a test runner may keep in a loader of its own.
    private static String classPath() {
        return Main.class.getClassLoader() instanceof URLClassLoader loader
                ? Arrays.stream(loader.getURLs())
                        .map(url -> Path.of(URI.create(url.toString())).toString())
                        .collect(Collectors.joining(File.pathSeparator))
                : System.getProperty("java.class.path");
    }

    private String run(String... arguments) throws IOException, InterruptedException {
        int code = command(arguments).start().waitFor();
        assertThat(code).as(Files.readString(directory.resolve("err"))).isZero();
        return Files.readString(directory.resolve("out"));
    }

    private void serveWeights(byte[] weights) {
        files.put("config.json", "{}".getBytes(StandardCharsets.UTF_8));
        files.put("model.safetensors", weights);
    }

    private Path repository() {
        return directory.resolve("home/hub/models--org--name");
    }

    @Test
    void aProcessThatIsKilledAgainAndAgainEndsWithTheRightFile() throws Exception {
        byte[] weights = new byte[6_000_000];
        new Random(1).nextBytes(weights);
        serveWeights(weights);
        Path incomplete = repository().resolve("blobs/" + etag(weights) + ".incomplete");
        pauseMilliseconds = 10;
        Random random = new Random(2);
        long there = 0;
        for (int kill = 0; kill < 3; kill++) {
            Process process = command("download", "org/name").start();
            while (process.isAlive()
                    && (!Files.exists(incomplete) || Files.size(incomplete) <= there)) {
                Thread.sleep(5);
            }
            Thread.sleep(random.nextInt(500));
            process.destroyForcibly().waitFor();
            assertThat(Files.size(incomplete)).isGreaterThan(there);
            there = Files.size(incomplete);
        }
        pauseMilliseconds = 0;

        String out = run("download", "org/name");

        Path snapshot = repository().resolve("snapshots").resolve(COMMIT);
        assertThat(out).isEqualTo(snapshot + "\n");
        assertThat(snapshot.resolve("model.safetensors")).hasBinaryContent(weights);
        assertThat(incomplete).doesNotExist();
    }

    @Test
    void twoProcessesFetchAFileOnce() throws Exception {
        byte[] weights = new byte[2_000_000];
        new Random(3).nextBytes(weights);
        serveWeights(weights);
        pauseMilliseconds = 20;
        Process first = command("download", "org/name").start();
        Process second =
                command("download", "org/name")
                        .redirectOutput(directory.resolve("out2").toFile())
                        .redirectError(directory.resolve("err2").toFile())
                        .start();

        assertThat(first.waitFor()).isZero();
        assertThat(second.waitFor()).isZero();
        assertThat(requests)
                .filteredOn(request -> request.startsWith("GET"))
                .filteredOn(request -> request.endsWith("model.safetensors"))
                .hasSize(1);
    }

    @Test
    void aModelIsTakenByItsName() throws Exception {
        CommandRun described = CommandRun.of("describe", "--json");
        Path embedded = Path.of(described.out().replaceAll("(?s).*\"model\":\"([^\"]+)\".*", "$1"));
        serve(embedded);

        String online = run("tokenize", "--model", "org/name", "--format", "ids", "Hello world!");
        assertThat(online)
                .isEqualTo(CommandRun.of("tokenize", "--format", "ids", "Hello world!").out());
        assertThat(requests).noneMatch(request -> request.contains("safetensors"));

        assertThat(run("describe", "--model", "org/name")).contains(COMMIT);
        assertThat(requests).anyMatch(request -> request.contains("GET /org/name/resolve"));
        requests.clear();
        ProcessBuilder offline = command("describe", "--model", "org/name");
        offline.environment().put("HF_HUB_OFFLINE", "1");
        assertThat(offline.start().waitFor()).isZero();
        assertThat(requests).isEmpty();
    }

    private void serve(Path model) throws IOException {
        try (Stream<Path> all = Files.list(model)) {
            all.forEach(
                    file -> {
                        try {
                            files.put(file.getFileName().toString(), Files.readAllBytes(file));
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    });
        }
    }

    @Test
    void aDirectoryIsNeverAskedForOnTheNetwork() throws Exception {
        Files.createDirectories(directory.resolve("org/name"));
        Process process =
                command("describe", "--model", "org/name").directory(directory.toFile()).start();

        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(1);
        assertThat(directory.resolve("err")).content().contains("config.json");
        assertThat(requests).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "--model nowhere, hf://nowhere",
        "--model DIR/nowhere, no such directory",
        "--model ./org/name, no such directory",
        "--model org/name/, no such directory",
        "--model hf://a/b/c, no name of a model",
        "--model DIR --revision main, is a directory here",
        "--revision main, --model NAME"
    })
    void whatIsNoNameForCertainIsExplainedAndNotAskedFor(String options, String expected) {
        String[] words = ("describe " + options.replace("DIR", directory.toString())).split(" ");
        CommandRun run = CommandRun.of((Object[]) words);

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err().lines()).hasSize(1);
        assertThat(run.err()).contains(expected);
    }
}
