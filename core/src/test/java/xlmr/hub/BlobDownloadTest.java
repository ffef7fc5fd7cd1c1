package xlmr.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Bytes arrive whole and right, or not at all, whatever the connection and the server do.
class BlobDownloadTest {
    private static final byte[] WEIGHTS = HubFixture.WEIGHTS;

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

    private Path fetch() {
        return fixture.hub()
                .files("org/name", "main", List.of("model.safetensors"))
                .resolve("model.safetensors");
    }

    private void assertNothingIsLeft() {
        assertThat(fixture.blob(WEIGHTS)).doesNotExist();
        assertThat(fixture.snapshot().resolve("model.safetensors")).doesNotExist();
    }

    private static boolean isGet(StubHub.Request request) {
        return request.method().equals("GET");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void connectionsThatBreakAtRandomPointsAreContinued(long seed) {
        Random random = new Random(seed);
        AtomicInteger drops = new AtomicInteger(3);
        fixture.server.behave(
                (request, decent) ->
                        isGet(request) && drops.getAndDecrement() > 0
                                ? decent.cutAfter(random.nextInt(decent.body().length))
                                : decent);

        assertThat(fetch()).hasBinaryContent(WEIGHTS);
        assertThat(fixture.notices).anyMatch(line -> line.contains("trying again"));
        assertThat(fixture.incomplete(WEIGHTS)).doesNotExist();
    }

    @Test
    void aConnectionThatBringsNothingIsGivenUpAndWhatCameIsKept() {
        AtomicInteger gets = new AtomicInteger();
        fixture.server.behave(
                (request, decent) ->
                        isGet(request)
                                ? decent.cutAfter(gets.getAndIncrement() == 0 ? 5000 : 0)
                                : decent);

        assertThatThrownBy(this::fetch)
                .isInstanceOf(HubException.class)
                .hasMessageContainingAll("4 times in a row", "what has arrived is kept");
        assertThat(gets).hasValue(4);
        assertThat(fixture.incomplete(WEIGHTS)).hasSize(5000);
        assertNothingIsLeft();

        fixture.server.behave((request, decent) -> decent);
        fixture.server.forgetRequests();
        assertThat(fetch()).hasBinaryContent(WEIGHTS);
        assertThat(fixture.server.requests())
                .filteredOn(BlobDownloadTest::isGet)
                .extracting(request -> request.header("range"))
                .containsExactly("bytes=5000-");
    }

    @Test
    void aServerThatAlwaysBeginsAnewAndNeverEndsIsGivenUp() {
        byte[] large = HubFixture.bytes(600_000, 6);
        fixture.server.put("model.safetensors", large);
        AtomicInteger gets = new AtomicInteger();
        fixture.server.behave(
                (request, decent) -> {
                    if (!isGet(request)) {
                        return decent;
                    }
                    gets.getAndIncrement();
                    return new StubHub.Reply(200, List.of(), large, 400_000);
                });

        assertThatThrownBy(this::fetch)
                .isInstanceOf(HubException.class)
                .hasMessageContaining("times in a row");
        assertThat(gets.get()).isLessThan(10);
    }

    @Test
    void aServerThatIgnoresRangeIsReadFromTheStart() throws IOException {
        leave(Arrays.copyOf(WEIGHTS, 7000));
        fixture.server.behave(
                (request, decent) ->
                        isGet(request)
                                ? new StubHub.Reply(200, List.of(), WEIGHTS, WEIGHTS.length)
                                : decent);

        assertThat(fetch()).hasBinaryContent(WEIGHTS);
    }

    @Test
    void aPartThatStartsElsewhereIsNotTaken() throws IOException {
        leave(Arrays.copyOf(WEIGHTS, 7000));
        fixture.server.behave(
                (request, decent) ->
                        request.header("range") == null
                                ? decent
                                : decent.without("content-range")
                                        .with("Content-Range: bytes 6000-299999/300000"));

        assertThatThrownBy(this::fetch)
                .isInstanceOf(HubException.class)
                .hasMessageContaining("another part than was asked for");
    }

    @Test
    void aDamagedPartOfAnEarlierTryIsThrownAway() throws IOException {
        leave(HubFixture.bytes(7000, 99));

        assertThat(fetch()).hasBinaryContent(WEIGHTS);
        assertThat(fixture.notices).anyMatch(line -> line.contains("another checksum"));
    }

    @Test
    void aPartThatIsTooLongIsThrownAway() throws IOException {
        leave(HubFixture.bytes(WEIGHTS.length + 1, 99));

        assertThat(fetch()).hasBinaryContent(WEIGHTS);
    }

    @Test
    void aPartThatIsAlreadyWholeIsOnlyChecked() throws IOException {
        leave(WEIGHTS);

        assertThat(fetch()).hasBinaryContent(WEIGHTS);
        assertThat(fixture.server.requests()).noneMatch(BlobDownloadTest::isGet);
    }

    @Test
    void aFileThatChangesBetweenTwoTriesIsFetchedAsItIsNow() {
        byte[] changed = HubFixture.bytes(WEIGHTS.length, 7);
        AtomicInteger gets = new AtomicInteger();
        fixture.server.behave(
                (request, decent) -> {
                    if (isGet(request) && gets.getAndIncrement() == 0) {
                        fixture.server.put("model.safetensors", changed);
                        return decent.cutAfter(100_000);
                    }
                    return decent;
                });

        assertThat(fetch()).hasBinaryContent(changed);
        assertNothingOf(WEIGHTS);
    }

    private void assertNothingOf(byte[] content) {
        assertThat(fixture.blob(content)).doesNotExist();
        assertThat(fixture.incomplete(content)).doesNotExist();
    }

    @Test
    void otherBytesThanAnnouncedAreRefusedAndLeaveNothing() {
        byte[] other = HubFixture.bytes(WEIGHTS.length, 8);
        fixture.server.behave(
                (request, decent) ->
                        isGet(request)
                                ? new StubHub.Reply(200, List.of(), other, other.length)
                                : decent);

        assertThatThrownBy(this::fetch)
                .isInstanceOf(HubException.class)
                .hasMessageContainingAll("model.safetensors", "another checksum", "twice");
        assertNothingIsLeft();
        assertThat(fixture.incomplete(WEIGHTS)).doesNotExist();
    }

    @Test
    void aSmallFileIsCheckedAsGitDoes() {
        fixture.server.behave(
                (request, decent) ->
                        isGet(request)
                                ? new StubHub.Reply(200, List.of(), new byte[] {'[', ']'}, 2)
                                : decent);

        assertThatThrownBy(() -> fixture.hub().files("org/name", "main", List.of("tokenizer.json")))
                .isInstanceOf(HubException.class)
                .hasMessageContaining("another checksum");
    }

    @ParameterizedTest
    @ValueSource(ints = {-1000, -1, 1, 1000})
    void aSizeThatIsALieIsRefused(int difference) {
        int announced = WEIGHTS.length + difference;
        fixture.server.behave(
                (request, decent) ->
                        isGet(request) ? decent : decent.with("X-Linked-Size: " + announced));

        assertThatThrownBy(this::fetch)
                .isInstanceOf(HubException.class)
                .hasMessageContainingAll("%,d".formatted(announced), "twice");
        assertNothingIsLeft();
    }

    @Test
    void moreBytesThanAnnouncedAreNotWritten() {
        byte[] longer = Arrays.copyOf(WEIGHTS, WEIGHTS.length + 5_000_000);
        fixture.server.behave(
                (request, decent) ->
                        isGet(request)
                                ? new StubHub.Reply(
                                        200,
                                        List.of("Transfer-Encoding: chunked"),
                                        chunked(longer),
                                        chunked(longer).length)
                                : decent);

        assertThatThrownBy(this::fetch)
                .isInstanceOf(HubException.class)
                .hasMessageContaining("more than the announced 300,000 bytes");
        assertNothingIsLeft();
    }

    private static byte[] chunked(byte[] content) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes("%x\r\n".formatted(content.length).getBytes(StandardCharsets.US_ASCII));
        out.writeBytes(content);
        out.writeBytes("\r\n0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        return out.toByteArray();
    }

    @Test
    void aFileThatIsTooLargeForTheDiskIsNotBegun() {
        fixture.server.behave(
                (request, decent) -> decent.with("X-Linked-Size: 1000000000000000000"));

        assertThatThrownBy(this::fetch)
                .isInstanceOf(HubException.class)
                .hasMessageContainingAll(
                        "1,000,000,000,000,000,000 bytes are needed", "HF_HUB_CACHE");
        assertThat(fixture.server.requests()).noneMatch(BlobDownloadTest::isGet);
    }

    @Test
    void aSizeThatIsNotSaidWithTheNameIsAskedFor() {
        fixture.server.behave(
                (request, decent) ->
                        isGet(request) ? decent : decent.with("Transfer-Encoding: chunked"));

        assertThat(fetch()).hasBinaryContent(WEIGHTS);
    }

    @Test
    void anEmptyFileIsAFile() {
        fixture.server.put("empty.txt", new byte[0]);

        assertThat(
                        fixture.hub()
                                .files("org/name", "main", List.of("empty.txt"))
                                .resolve("empty.txt"))
                .isEmptyFile();
    }

    @Test
    void aNameThatSaysNothingOfTheContentIsCheckedForItsSize() {
        fixture.server.behave(
                (request, decent) -> decent.without("etag").with("ETag: W/\"17-abc\""));

        assertThat(fetch()).hasBinaryContent(WEIGHTS);
        assertThat(fixture.folder().resolve("blobs/17-abc")).exists();
    }

    @Test
    void manyThreadsFetchAFileOnce() throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Callable<Path> job = this::fetch;
            List<Future<Path>> results = threads.invokeAll(List.of(job, job, job, job, job, job));
            for (Future<Path> result : results) {
                assertThat(result.get()).hasBinaryContent(WEIGHTS);
            }
        }
        assertThat(fixture.server.requests()).filteredOn(BlobDownloadTest::isGet).hasSize(1);
    }

    private void leave(byte[] part) throws IOException {
        Files.createDirectories(fixture.incomplete(WEIGHTS).getParent());
        Files.write(fixture.incomplete(WEIGHTS), part);
    }
}
