package xlmr.hub;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Reads the variables of Python's huggingface_hub (huggingface_hub/constants.py).
final class HubEnvironment {
    private static final String DEFAULT_ENDPOINT = "https://huggingface.co";
    private static final Set<String> TRUE = Set.of("1", "ON", "YES", "TRUE");
    private static final int LARGEST_TOKEN_FILE = 1 << 16;

    private final Map<String, String> environment;

    HubEnvironment(Map<String, String> environment) {
        this.environment = environment;
    }

    HubSettings settings() {
        HubSettings settings =
                HubSettings.of(endpoint(), cache())
                        .withOffline(isTrue("HF_HUB_OFFLINE") || isTrue("TRANSFORMERS_OFFLINE"))
                        .withProxies(HubProxies.from(environment));
        return token().map(settings::withToken).orElse(settings);
    }

    private URI endpoint() {
        String text = value("HF_ENDPOINT").orElse(DEFAULT_ENDPOINT);
        try {
            return new URI(text.replaceAll("/+$", ""));
        } catch (URISyntaxException e) {
            throw new HubException(
                    HubException.Kind.REFUSED,
                    "HF_ENDPOINT '%s'".formatted(text),
                    "not an address",
                    "expected https://server",
                    e);
        }
    }

    private Path cache() {
        return value("HF_HUB_CACHE")
                .or(() -> value("HUGGINGFACE_HUB_CACHE"))
                .map(this::path)
                .orElseGet(() -> home().resolve("hub"));
    }

    /// HF_HOME: where token and cache lie.
    private Path home() {
        return value("HF_HOME")
                .map(this::path)
                .orElseGet(
                        () ->
                                value("XDG_CACHE_HOME")
                                        .map(this::path)
                                        .orElseGet(() -> userHome().resolve(".cache"))
                                        .resolve("huggingface"));
    }

    private Optional<HubToken> token() {
        if (isTrue("HF_HUB_DISABLE_IMPLICIT_TOKEN")) {
            return Optional.empty();
        }
        return value("HF_TOKEN")
                .or(() -> value("HUGGING_FACE_HUB_TOKEN"))
                .or(this::tokenInFile)
                .map(HubToken::new);
    }

    private Optional<String> tokenInFile() {
        Path file = value("HF_TOKEN_PATH").map(this::path).orElseGet(() -> home().resolve("token"));
        try {
            if (!Files.isRegularFile(file) || Files.size(file) > LARGEST_TOKEN_FILE) {
                return Optional.empty();
            }
            return Optional.of(Files.readString(file).strip()).filter(text -> !text.isEmpty());
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new HubException(
                    HubException.Kind.CACHE,
                    file.toString(),
                    "the token file cannot be read (%s)".formatted(e.getMessage()),
                    "make it readable, or set HF_TOKEN",
                    e);
        }
    }

    /// A path in which `~` is the user's home.
    private Path path(String text) {
        if (text.equals("~")) {
            return userHome();
        }
        return text.startsWith("~/") ? userHome().resolve(text.substring(2)) : Path.of(text);
    }

    private Path userHome() {
        return Path.of(value("HOME").orElseGet(() -> System.getProperty("user.home")));
    }

    private boolean isTrue(String name) {
        return value(name)
                .filter(value -> TRUE.contains(value.toUpperCase(Locale.ROOT)))
                .isPresent();
    }

    private Optional<String> value(String name) {
        return Optional.ofNullable(environment.get(name)).filter(value -> !value.isBlank());
    }
}
