package xlmr.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The variables of huggingface_hub mean here what they mean there.
class HubEnvironmentTest {
    @TempDir Path directory;

    @ParameterizedTest
    @CsvSource({
        "'', /home/me/.cache/huggingface/hub",
        "XDG_CACHE_HOME=/x, /x/huggingface/hub",
        "HF_HOME=/h, /h/hub",
        "HF_HOME=/h XDG_CACHE_HOME=/x, /h/hub",
        "HF_HOME=~/h, /home/me/h/hub",
        "HF_HUB_CACHE=/c HF_HOME=/h, /c",
        "HUGGINGFACE_HUB_CACHE=/old, /old",
        "HUGGINGFACE_HUB_CACHE=/old HF_HUB_CACHE=/new, /new"
    })
    void theCacheLiesWhereHuggingFaceHasIt(String variables, Path expected) {
        assertThat(HubSettings.from(environment(variables)).cache()).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "'', false",
        "HF_HUB_OFFLINE=1, true",
        "HF_HUB_OFFLINE=yes, true",
        "HF_HUB_OFFLINE=0, false",
        "HF_HUB_OFFLINE=, false",
        "TRANSFORMERS_OFFLINE=True, true"
    })
    void theNetworkCanBeForbidden(String variables, boolean expected) {
        assertThat(HubSettings.from(environment(variables)).offline()).isEqualTo(expected);
    }

    @Test
    void theServerIsTheOneThatIsNamed() {
        assertThat(HubSettings.from(Map.of()).endpoint())
                .isEqualTo(URI.create("https://huggingface.co"));
        assertThat(HubSettings.from(Map.of("HF_ENDPOINT", "https://mirror/hf//")).endpoint())
                .isEqualTo(URI.create("https://mirror/hf"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"mirror", "file:///etc", "https://", "https://me:pw@mirror", "a b"})
    void aServerThatIsNoneIsRefused(String endpoint) {
        assertThatThrownBy(() -> HubSettings.from(Map.of("HF_ENDPOINT", endpoint)))
                .isInstanceOf(HubException.class)
                .hasMessageContaining("https://server");
    }

    @Test
    void theTokenComesFromTheVariableOrTheFile() throws IOException {
        Files.writeString(directory.resolve("token"), "of-file\n");
        Map<String, String> file = Map.of("HF_HOME", directory.toString());
        assertThat(authorization(file)).isEqualTo("Bearer of-file");
        Files.writeString(directory.resolve("other"), "of-other");
        assertThat(authorization(Map.of("HF_TOKEN_PATH", directory.resolve("other").toString())))
                .isEqualTo("Bearer of-other");
        assertThat(
                        authorization(
                                Map.of(
                                        "HF_HOME",
                                        directory.toString(),
                                        "HF_TOKEN",
                                        " of-variable\n")))
                .isEqualTo("Bearer of-variable");
        assertThat(
                        HubSettings.from(
                                        Map.of(
                                                "HF_TOKEN",
                                                "x",
                                                "HF_HUB_DISABLE_IMPLICIT_TOKEN",
                                                "1"))
                                .token())
                .isEmpty();
    }

    @Test
    void theTokenIsShownNowhere() {
        HubSettings settings = HubSettings.from(Map.of("HF_TOKEN", "hf_secret"));

        assertThat(settings.toString()).doesNotContain("secret");
        assertThatThrownBy(() -> HubSettings.from(Map.of("HF_TOKEN", "hf_secret\nX: y")))
                .isInstanceOf(HubException.class)
                .hasMessageContaining("HF_TOKEN")
                .hasMessageNotContaining("secret");
    }

    @Test
    void proxiesAreThoseOfCurl() {
        HubProxies proxies =
                HubProxies.from(
                        Map.of(
                                "HTTPS_PROXY",
                                "http://proxy:8080",
                                "http_proxy",
                                "plain:81",
                                "NO_PROXY",
                                "localhost, .inner.org,*.deep.com"));

        assertThat(proxies.proxyFor(URI.create("https://huggingface.co/x")))
                .contains(InetSocketAddress.createUnresolved("proxy", 8080));
        assertThat(proxies.proxyFor(URI.create("http://huggingface.co/x")))
                .contains(InetSocketAddress.createUnresolved("plain", 81));
        assertThat(proxies.proxyFor(URI.create("https://localhost:80/x"))).isEmpty();
        assertThat(proxies.proxyFor(URI.create("https://hub.inner.org/x"))).isEmpty();
        assertThat(proxies.proxyFor(URI.create("https://winner.org/x"))).isPresent();
        assertThat(proxies.proxyFor(URI.create("https://a.deep.com/x"))).isEmpty();
        assertThatThrownBy(() -> HubProxies.from(Map.of("HTTPS_PROXY", "socks5://me:secret@p")))
                .isInstanceOf(HubException.class)
                .hasMessageNotContaining("secret");
    }

    @Test
    void aProxyIsUsed() throws IOException {
        try (HubFixture fixture = new HubFixture(directory.resolve("hub"))) {
            // A proxy is sent the whole address; the stub is its own proxy and takes the path of
            // it.
            fixture.server.actAsProxy();
            HubSettings settings =
                    HubSettings.of(URI.create("http://hub.invalid"), fixture.cache)
                            .withProxies(
                                    HubProxies.from(
                                            Map.of(
                                                    "HTTP_PROXY",
                                                    fixture.server.address().toString())));

            Path model = fixture.hub(settings).model("org/name");

            assertThat(model.resolve("model.safetensors")).hasBinaryContent(HubFixture.WEIGHTS);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"org/name", "xlm-roberta-base", "a", "A_b-c.d/E.f-9", "1/2"})
    void namesOfModelsAreTaken(String name) {
        assertThat(RepositoryName.isValid(name)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", "/", "a/", "/a", "a/b/c", "./a", "../a", "a/..", "a..b", "a--b", "-a", "a-",
                "a.git", "a b", "a\nb", "é", "~/a", "a\\b", "C:/a"
            })
    void pathsAndOtherTextsAreNot(String name) {
        assertThat(RepositoryName.isValid(name)).isFalse();
        assertThatThrownBy(() -> new RepositoryName(name)).isInstanceOf(HubException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "..", "../main", "/main", "a//b", "a b", "a\\b", "a:b", "a\n"})
    void revisionsThatAreNoneAreRefused(String revision) {
        assertThatThrownBy(() -> RemoteNames.revision(revision))
                .isInstanceOf(HubException.class)
                .hasMessageContaining("main");
    }

    @Test
    void aRevisionWithASlashIsOnePartOfTheAddress() {
        FileAddress address =
                new FileAddress(new RepositoryName("org/name"), "refs/pr/1", "1_Pooling/a b.json");

        assertThat(address.at(URI.create("https://hub")))
                .hasToString("https://hub/org/name/resolve/refs%2Fpr%2F1/1_Pooling/a%20b.json");
    }

    private static String authorization(Map<String, String> environment) {
        return HubSettings.from(environment).token().orElseThrow().authorization();
    }

    private static Map<String, String> environment(String variables) {
        Map<String, String> environment = new HashMap<>(Map.of("HOME", "/home/me"));
        for (String variable : variables.split(" ")) {
            if (!variable.isEmpty()) {
                environment.put(
                        variable.substring(0, variable.indexOf('=')),
                        variable.substring(variable.indexOf('=') + 1));
            }
        }
        return environment;
    }
}
