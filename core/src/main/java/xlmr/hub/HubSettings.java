package xlmr.hub;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/// Where the Hub and its cache are, and how to behave.
///
/// @param endpoint the server, without a slash at the end
/// @param cache the directory that holds `models--...`, shared with Python's huggingface_hub
/// @param token what identifies the user to `endpoint`, and to no other server
/// @param offline whether the network must not be used
/// @param retries how often failed requests are repeated
/// @param patience how long a server may say nothing
/// @param proxies which proxy requests go through
public record HubSettings(
        URI endpoint,
        Path cache,
        Optional<HubToken> token,
        boolean offline,
        RetryPolicy retries,
        Duration patience,
        HubProxies proxies) {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /// @throws HubException if the endpoint is not an http or https address of a server
    public HubSettings {
        String scheme = endpoint.getScheme();
        boolean web = "https".equalsIgnoreCase(scheme) || "http".equalsIgnoreCase(scheme);
        if (!web || endpoint.getHost() == null || endpoint.getRawUserInfo() != null) {
            throw new HubException(
                    HubException.Kind.REFUSED,
                    "the Hub's address '%s'".formatted(endpoint),
                    "expected https://server without user name",
                    "correct HF_ENDPOINT or unset it");
        }
    }

    /// Without token, with the usual patience and no proxy.
    public static HubSettings of(URI endpoint, Path cache) {
        return new HubSettings(
                endpoint,
                cache,
                Optional.empty(),
                false,
                RetryPolicy.DEFAULT,
                PATIENCE,
                HubProxies.NONE);
    }

    /// What the environment says, by the variables of Python's huggingface_hub: `HF_ENDPOINT`,
    /// `HF_HUB_CACHE`, `HF_HOME`, `XDG_CACHE_HOME`, `HF_TOKEN`, `HF_TOKEN_PATH`,
    /// `HF_HUB_DISABLE_IMPLICIT_TOKEN`, `HF_HUB_OFFLINE`; and `HTTPS_PROXY`, `HTTP_PROXY`,
    /// `NO_PROXY`.
    ///
    /// @param environment such as [System#getenv()]
    /// @throws HubException if a value cannot be what it should be
    public static HubSettings from(Map<String, String> environment) {
        return new HubEnvironment(environment).settings();
    }

    /// The same with a token.
    public HubSettings withToken(HubToken value) {
        return new HubSettings(
                endpoint, cache, Optional.of(value), offline, retries, patience, proxies);
    }

    /// The same with or without the network.
    public HubSettings withOffline(boolean value) {
        return new HubSettings(endpoint, cache, token, value, retries, patience, proxies);
    }

    /// The same with other retries.
    public HubSettings withRetries(RetryPolicy value) {
        return new HubSettings(endpoint, cache, token, offline, value, patience, proxies);
    }

    /// The same with other patience.
    public HubSettings withPatience(Duration value) {
        return new HubSettings(endpoint, cache, token, offline, retries, value, proxies);
    }

    /// The same through other proxies.
    public HubSettings withProxies(HubProxies value) {
        return new HubSettings(endpoint, cache, token, offline, retries, patience, value);
    }
}
