package xlmr.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What a server refuses is explained; what a hostile one tries is refused.
class RudeServerTest {
    @TempDir Path directory;
    private HubFixture fixture;

    @BeforeEach
    void start() throws IOException {
        fixture = new HubFixture(directory.resolve("hub"));
    }

    @AfterEach
    void stop() throws IOException {
        fixture.close();
    }

    private void assertRefused(HubException.Kind kind, String... words) {
        assertThatThrownBy(() -> fixture.hub().model("org/name"))
                .isInstanceOfSatisfying(
                        HubException.class, e -> assertThat(e.kind()).isEqualTo(kind))
                .hasMessageContainingAll(words)
                .hasMessageNotContaining("\n");
    }

    private void answer(int status, String... headers) {
        fixture.server.behave((request, decent) -> StubHub.Reply.of(status, headers));
    }

    @Test
    void aModelThatIsNotThereIsNamedWithItsServer() {
        answer(401, "X-Error-Code: RepoNotFound");
        assertRefused(
                HubException.Kind.DENIED,
                "org/name",
                "no such model on " + fixture.server.address(),
                "HF_TOKEN");

        answer(404, "X-Error-Code: RepoNotFound");
        assertThatThrownBy(
                        () ->
                                fixture.hub(fixture.settings().withToken(new HubToken("secret")))
                                        .model("org/name"))
                .hasMessageContainingAll("no such model", "check the name")
                .hasMessageNotContaining("secret");
    }

    @Test
    void aGatedModelSaysWhereToAskForIt() {
        answer(403, "X-Error-Code: GatedRepo");
        assertRefused(
                HubException.Kind.DENIED, "conditions", fixture.server.address() + "/org/name");
    }

    @Test
    void aTokenThatMayNotReadIsSaid() {
        answer(403);
        assertRefused(HubException.Kind.DENIED, "403", "HF_TOKEN");
    }

    @Test
    void aRevisionThatIsNotThereIsNamed() {
        assertThatThrownBy(() -> fixture.hub().model("org/name", "v9"))
                .isInstanceOf(HubException.class)
                .hasMessageContainingAll("org/name", "no revision 'v9'", "tree/main");
    }

    @Test
    void aRepositoryWithoutAModelIsSaid() {
        fixture.server.remove("config.json");
        assertRefused(HubException.Kind.NOT_FOUND, "neither config.json nor adapter_config.json");
        fixture.server.put("config.json", HubFixture.CONFIG);
        fixture.server.moveTo("d".repeat(40));
        fixture.server.remove("model.safetensors");
        assertRefused(HubException.Kind.NOT_FOUND, "no weights (model.safetensors");
    }

    @ParameterizedTest
    @ValueSource(ints = {429, 500, 502, 503, 504})
    void aServerThatIsBusyIsAskedAgain(int status) {
        AtomicInteger busy = new AtomicInteger(3);
        fixture.server.behave(
                (request, decent) ->
                        busy.getAndDecrement() > 0 ? StubHub.Reply.of(status) : decent);

        assertThat(fixture.hub().model("org/name")).isEqualTo(fixture.snapshot());
        assertThat(fixture.notices).anyMatch(line -> line.contains("answered " + status));
    }

    @Test
    void aServerThatStaysBusyIsGivenUp() {
        answer(503);
        assertRefused(HubException.Kind.UNREACHABLE, "answered 503, 4 times in a row");
        assertThat(fixture.server.requests()).hasSize(4);
    }

    @Test
    void theWaitThatAServerAsksForIsKept() {
        AtomicInteger busy = new AtomicInteger(1);
        fixture.server.behave(
                (request, decent) ->
                        busy.getAndDecrement() > 0
                                ? StubHub.Reply.of(429, "Retry-After: 1")
                                : decent);
        Instant start = Instant.now();

        fixture.hub().model("org/name");

        assertThat(Duration.between(start, Instant.now())).isGreaterThan(Duration.ofSeconds(1));
    }

    @Test
    void aWaitOfHoursIsNotKeptButSaid() {
        answer(429, "Retry-After: 7200");
        assertRefused(HubException.Kind.UNREACHABLE, "asks to wait 7200 seconds");
        assertThat(fixture.server.requests()).hasSize(1);
    }

    @Test
    void aServerThatSaysNothingIsGivenUp() {
        fixture.server.behave((request, decent) -> null);
        assertThatThrownBy(
                        () ->
                                fixture.hub(
                                                fixture.settings()
                                                        .withPatience(Duration.ofMillis(200))
                                                        .withRetries(
                                                                new RetryPolicy(
                                                                        2,
                                                                        Duration.ZERO,
                                                                        Duration.ZERO)))
                                        .model("org/name"))
                .isInstanceOf(HubException.class)
                .hasMessageContaining("no answer within");
    }

    @Test
    void aServerThatStopsInTheMiddleIsAskedForTheRest() {
        AtomicInteger gets = new AtomicInteger();
        fixture.server.behave(
                (request, decent) -> {
                    boolean first =
                            request.method().equals("GET")
                                    && request.path().endsWith("safetensors")
                                    && gets.getAndIncrement() == 0;
                    // The rest of what is announced never comes, and the connection stays open.
                    return first
                            ? new StubHub.Reply(
                                    200,
                                    List.of("Content-Length: 300000"),
                                    Arrays.copyOf(HubFixture.WEIGHTS, 1000),
                                    1000)
                            : decent;
                });

        Path model =
                fixture.hub(fixture.settings().withPatience(Duration.ofMillis(300)))
                        .model("org/name");

        assertThat(model.resolve("model.safetensors")).hasBinaryContent(HubFixture.WEIGHTS);
        assertThat(gets).hasValue(2);
    }

    @Test
    void theTokenGoesToItsServerAndToNoOther() throws IOException {
        try (StubHub store = new StubHub()) {
            store.behave(
                    (request, decent) ->
                            new StubHub.Reply(
                                    200, List.of(), HubFixture.WEIGHTS, HubFixture.WEIGHTS.length));
            fixture.server.behave(
                    (request, decent) ->
                            request.path().endsWith("safetensors")
                                    ? StubHub.Reply.of(
                                            302,
                                            "X-Repo-Commit: " + StubHub.COMMIT,
                                            "X-Linked-Etag: \""
                                                    + StubHub.etag(HubFixture.WEIGHTS)
                                                    + "\"",
                                            "X-Linked-Size: 300000",
                                            "Location: " + store.address() + "/signed?key=1")
                                    : decent);

            Path model =
                    fixture.hub(fixture.settings().withToken(new HubToken("hf_secret")))
                            .model("org/name");

            assertThat(model.resolve("model.safetensors")).hasBinaryContent(HubFixture.WEIGHTS);
            assertThat(fixture.server.requests())
                    .allMatch(
                            request -> "Bearer hf_secret".equals(request.header("authorization")));
            assertThat(store.requests())
                    .isNotEmpty()
                    .allMatch(request -> request.header("authorization") == null)
                    .allMatch(request -> request.method().equals("GET"));
        }
    }

    @Test
    void aRedirectWithinTheServerIsFollowedWithTheToken() {
        fixture.server.behave(
                (request, decent) ->
                        request.path().startsWith("/old/")
                                ? StubHub.Reply.of(
                                        307,
                                        "Location: " + request.path().replace("/old/", "/org/"))
                                : decent);

        Path model = fixture.hub(fixture.settings().withToken(new HubToken("t"))).model("old/name");

        assertThat(model.toString()).contains("models--old--name");
        assertThat(model.resolve("model.safetensors")).hasBinaryContent(HubFixture.WEIGHTS);
        assertThat(fixture.server.requests())
                .allMatch(request -> request.header("authorization") != null);
    }

    @Test
    void redirectsWithoutEndAreRefused() {
        fixture.server.behave(
                (request, decent) -> StubHub.Reply.of(302, "Location: " + request.path() + "x"));
        assertRefused(HubException.Kind.DAMAGED, "more than 10 redirects");
        assertThat(fixture.server.requests()).hasSize(11);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "file:///etc/passwd",
                "ftp://127.0.0.1/x",
                "jar:file:/x!/y",
                "http://",
                "http:///x",
                "::",
                "http://[",
                "javascript:1"
            })
    void aRedirectToSomethingElseThanAServerIsRefused(String location) {
        answer(302, "Location: " + location);
        assertRefused(HubException.Kind.DAMAGED, "a redirect to '" + location);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"../../../../tmp/evil\"",
                "\"a/b\"",
                "\"..\"",
                "\".hidden\"",
                "\"\"",
                "",
                "\"a\\b\"",
                "\"a\0b\""
            })
    void anEtagThatIsNoPlainNameIsRefused(String etag) throws IOException {
        fixture.server.behave((request, decent) -> decent.without("etag").with("ETag: " + etag));
        assertThatThrownBy(() -> fixture.hub().model("org/name")).isInstanceOf(HubException.class);
        assertOnlyTheCacheWasTouched();
    }

    @ParameterizedTest
    @ValueSource(strings = {"../../evil", "main", "", "0123456789ABCDEF0123456789ABCDEF01234567"})
    void aCommitThatIsNoneIsRefused(String commit) throws IOException {
        fixture.server.behave(
                (request, decent) ->
                        decent.without("x-repo-commit").with("X-Repo-Commit: " + commit));
        assertRefused(HubException.Kind.DAMAGED, "no valid X-Repo-Commit", "HF_ENDPOINT");
        assertOnlyTheCacheWasTouched();
    }

    @Test
    void anotherCommitThanWasAskedForIsRefused() {
        fixture.server.behave(
                (request, decent) ->
                        request.path().contains("/main/")
                                ? decent
                                : decent.without("x-repo-commit")
                                        .with("X-Repo-Commit: " + "a".repeat(40)));
        assertRefused(HubException.Kind.DAMAGED, "another commit");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../../../evil",
                "/etc/evil",
                "a/../../evil",
                "a//b",
                "./a",
                "a\\\\..\\\\evil",
                "C:evil",
                "a\\u0000b",
                ""
            })
    void aShardThatLeadsOutOfTheSnapshotIsRefused(String name) throws IOException {
        fixture.server.remove("model.safetensors");
        fixture.server.put(
                "model.safetensors.index.json", "{\"weight_map\": {\"a\": \"" + name + "\"}}");
        assertRefused(HubException.Kind.REFUSED, "the file name", "is not accepted");
        assertOnlyTheCacheWasTouched();
    }

    @Test
    void aModuleThatLeadsOutOfTheSnapshotIsRefused() throws IOException {
        fixture.server.put("modules.json", "[{\"path\": \"../../evil\", \"type\": \"x.Pooling\"}]");
        assertRefused(HubException.Kind.REFUSED, "../../evil/config.json");
        assertOnlyTheCacheWasTouched();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "garbage",
                "HTTP/1.1\r\n\r\n",
                "HTTP/1.1 abc X\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
                "HTTP/1.1 200 OK\r\n: nameless\r\n\r\n",
                "HTTP/1.1 200 OK\r\nname with space: x\r\n\r\n",
                "HTTP/1.1 999 OK\r\n\r\n",
                "HTTP/1.1 100 Continue\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, what\r\n\r\n",
                "SSH-2.0-OpenSSH_9.2\r\n",
                ""
            })
    void anAnswerThatIsNotHttpIsRefused(String answer) throws IOException {
        try (RawServer server = new RawServer(answer)) {
            Hub hub =
                    fixture.hub(
                            HubSettings.of(server.address(), fixture.cache)
                                    .withPatience(Duration.ofMillis(300))
                                    .withRetries(new RetryPolicy(2, Duration.ZERO, Duration.ZERO)));
            assertThatThrownBy(() -> hub.model("org/name"))
                    .isInstanceOf(HubException.class)
                    .hasMessageContaining("org/name (main): config.json");
        }
    }

    @Test
    void headersWithoutEndAreRefused() throws IOException {
        try (RawServer server =
                new RawServer("HTTP/1.1 200 OK\r\n" + "X-Filler: abcdefgh\r\n".repeat(500_000))) {
            Hub hub =
                    fixture.hub(
                            HubSettings.of(server.address(), fixture.cache)
                                    .withPatience(Duration.ofSeconds(1))
                                    .withRetries(new RetryPolicy(2, Duration.ZERO, Duration.ZERO)));
            assertThatThrownBy(() -> hub.model("org/name")).isInstanceOf(HubException.class);
        }
    }

    private void assertOnlyTheCacheWasTouched() throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            assertThat(files.filter(file -> file.toString().contains("evil"))).isEmpty();
        }
        assertThat(directory).isDirectoryNotContaining("glob:**/{blobs,snapshots}");
    }
}
