package xlmr.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Which files are fetched, and where they are kept.
class HubTest {
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

    @Test
    void aModelLandsInTheLayoutOfHuggingFace() throws IOException {
        Path model = fixture.hub().model("org/name");

        assertThat(model).isEqualTo(fixture.snapshot());
        assertThat(model.resolve("model.safetensors")).hasBinaryContent(HubFixture.WEIGHTS);
        assertThat(Files.readSymbolicLink(model.resolve("model.safetensors")))
                .isEqualTo(Path.of("../../blobs", StubHub.etag(HubFixture.WEIGHTS)));
        assertThat(fixture.folder().resolve("refs/main")).hasContent(StubHub.COMMIT);
        assertThat(fixture.folder().resolve(".no_exist/" + StubHub.COMMIT + "/modules.json"))
                .isEmptyFile();
        assertThat(model.resolve("README.md")).doesNotExist();
        assertThat(fixture.cache.resolve("CACHEDIR.TAG")).exists();
    }

    @Test
    void aModelThatIsThereCostsOneRequest() {
        fixture.hub().model("org/name");
        fixture.server.forgetRequests();

        fixture.hub().model("org/name");

        assertThat(fixture.server.requests())
                .extracting(StubHub.Request::method, StubHub.Request::path)
                .containsExactly(tuple("HEAD", "/org/name/resolve/main/config.json"));
    }

    @Test
    void aFullCommitThatIsThereCostsNoRequest() {
        fixture.hub().model("org/name", StubHub.COMMIT);
        fixture.server.forgetRequests();

        assertThat(fixture.hub().model("org/name", StubHub.COMMIT)).isEqualTo(fixture.snapshot());
        assertThat(fixture.server.requests()).isEmpty();
    }

    @Test
    void aBranchThatMovedIsFetchedAgainAndSharesWhatStayedTheSame() {
        fixture.hub().model("org/name");
        String next = "f".repeat(40);
        fixture.server.moveTo(next);
        fixture.server.put("config.json", "{\"model_type\": \"xlm-roberta\", \"new\": 1}");
        fixture.server.forgetRequests();

        Path model = fixture.hub().model("org/name");

        assertThat(model.getFileName()).hasToString(next);
        assertThat(model.resolve("config.json")).content().contains("new");
        assertThat(model.resolve("model.safetensors")).hasBinaryContent(HubFixture.WEIGHTS);
        assertThat(fixture.server.requests())
                .filteredOn(request -> request.method().equals("GET"))
                .extracting(StubHub.Request::path)
                .containsExactly("/org/name/resolve/" + next + "/config.json");
        assertThat(fixture.folder().resolve("refs/main")).hasContent(next);
    }

    @Test
    void allFilesAfterTheFirstAreAskedAtItsCommit() {
        fixture.hub().model("org/name");

        assertThat(fixture.server.requests())
                .filteredOn(request -> request.path().contains("/resolve/main/"))
                .hasSize(1);
    }

    @Test
    void pyTorchWeightsAreTakenOnlyWithoutSafetensors() {
        fixture.server.put("pytorch_model.bin", HubFixture.bytes(5000, 2));
        assertThat(fixture.hub().model("org/name").resolve("pytorch_model.bin")).doesNotExist();

        fixture.server.remove("model.safetensors");
        fixture.server.moveTo("e".repeat(40));
        Path model = fixture.hub().model("org/name");
        assertThat(model.resolve("pytorch_model.bin")).hasBinaryContent(HubFixture.bytes(5000, 2));
        assertThat(model.resolve("model.safetensors")).doesNotExist();
    }

    @Test
    void theShardsOfAnIndexAreFetched() {
        fixture.server.remove("model.safetensors");
        fixture.server
                .put(
                        "model.safetensors.index.json",
                        "{\"weight_map\": {\"a\": \"m-1.safetensors\", \"b\": \"m-2.safetensors\","
                                + " \"c\": \"m-1.safetensors\"}}")
                .put("m-1.safetensors", HubFixture.bytes(2000, 3))
                .put("m-2.safetensors", HubFixture.bytes(3000, 4));

        Path model = fixture.hub().model("org/name");

        assertThat(model.resolve("m-1.safetensors")).hasBinaryContent(HubFixture.bytes(2000, 3));
        assertThat(model.resolve("m-2.safetensors")).hasBinaryContent(HubFixture.bytes(3000, 4));
    }

    @Test
    void aMissingShardIsNamed() {
        fixture.server.remove("model.safetensors");
        fixture.server.put(
                "model.safetensors.index.json", "{\"weight_map\": {\"a\": \"m-1.safetensors\"}}");

        assertThatThrownBy(() -> fixture.hub().model("org/name"))
                .isInstanceOf(HubException.class)
                .hasMessageContainingAll("m-1.safetensors", "model.safetensors.index.json");
    }

    @Test
    void theStepsOfSentenceTransformersAreFetched() {
        fixture.server
                .put(
                        "modules.json",
                        "[{\"path\": \"\", \"type\": \"sentence_transformers.models.Transformer\"},"
                                + " {\"path\": \"1_Pooling\", \"type\":"
                                + " \"sentence_transformers.models.Pooling\"}, {\"path\":"
                                + " \"2_Normalize\", \"type\":"
                                + " \"sentence_transformers.models.Normalize\"}]")
                .put("1_Pooling/config.json", "{\"pooling_mode_mean_tokens\": true}");

        Path model = fixture.hub().model("org/name");

        assertThat(model.resolve("1_Pooling/config.json")).content().contains("mean");
        assertThat(model.resolve("1_Pooling/config.json")).isSymbolicLink();
    }

    @Test
    void anAdapterIsFetchedWithoutTheConfigurationOfAModel() {
        fixture.server.remove("config.json");
        fixture.server.remove("model.safetensors");
        fixture.server
                .put("adapter_config.json", "{\"peft_type\": \"LORA\"}")
                .put("adapter_model.safetensors", HubFixture.bytes(4000, 5));

        Path model = fixture.hub().model("org/name");

        assertThat(model.resolve("adapter_model.safetensors"))
                .hasBinaryContent(HubFixture.bytes(4000, 5));
    }

    @Test
    void aTokenizerComesWithoutTheWeights() {
        Path model = fixture.hub().tokenizer("org/name", "main");

        assertThat(model.resolve("tokenizer.json")).exists();
        assertThat(model.resolve("model.safetensors")).doesNotExist();
    }

    @Test
    void namedFilesAreFetchedAndNoOthers() {
        Path model = fixture.hub().files("org/name", "main", List.of("README.md"));

        assertThat(model).isDirectoryContaining("glob:**/README.md");
        assertThat(model.resolve("config.json")).doesNotExist();
        assertThatThrownBy(() -> fixture.hub().files("org/name", "main", List.of("nothing.txt")))
                .isInstanceOf(HubException.class)
                .hasMessageContainingAll("no file 'nothing.txt'", "tree/main");
    }

    @Test
    void offlineTheCacheAnswers() {
        Hub offline = fixture.hub(fixture.settings().withOffline(true));
        assertThatThrownBy(() -> offline.model("org/name"))
                .isInstanceOf(HubException.class)
                .hasMessageContainingAll("HF_HUB_OFFLINE", "nothing of it");
        assertThat(fixture.server.requests()).isEmpty();

        fixture.hub().tokenizer("org/name", "main");
        assertThatThrownBy(() -> offline.model("org/name"))
                .isInstanceOf(HubException.class)
                .hasMessageContaining("no weights");

        fixture.hub().model("org/name");
        fixture.server.forgetRequests();
        assertThat(offline.model("org/name")).isEqualTo(fixture.snapshot());
        assertThat(fixture.server.requests()).isEmpty();
    }

    @Test
    void aServerThatDoesNotAnswerIsNoErrorForAModelThatIsThere() {
        fixture.hub().model("org/name");
        Hub unreachable = nobodyThere();

        assertThat(unreachable.model("org/name")).isEqualTo(fixture.snapshot());
        assertThat(fixture.notices.getLast())
                .contains("no connection to 127.0.0.1", "taking what the cache has");
    }

    @Test
    void aServerThatDoesNotAnswerIsAnErrorOtherwise() {
        Hub unreachable = nobodyThere();

        assertThatThrownBy(() -> unreachable.model("org/name"))
                .isInstanceOf(HubException.class)
                .hasMessageContainingAll("no connection to 127.0.0.1", "4 times in a row")
                .extracting(e -> ((HubException) e).kind())
                .isEqualTo(HubException.Kind.UNREACHABLE);
    }

    /// The same cache, and a port where no server listens.
    private Hub nobodyThere() {
        return fixture.hub(
                HubSettings.of(URI.create("http://127.0.0.1:1"), fixture.cache)
                        .withRetries(fixture.settings().retries()));
    }

    @Test
    void aCacheThatCannotBeWrittenIsNamed() throws IOException {
        Path file = Files.writeString(directory.resolve("file"), "");
        Hub hub =
                fixture.hub(
                        HubSettings.of(fixture.server.address(), file)
                                .withRetries(fixture.settings().retries()));

        assertThatThrownBy(() -> hub.model("org/name"))
                .isInstanceOf(HubException.class)
                .hasMessageContainingAll(file.toString(), "HF_HUB_CACHE");
    }
}
