package xlmr.hub;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// Which proxy a request goes through, by the variables that curl and Python follow.
///
/// @param https for https addresses
/// @param http for http addresses
/// @param exceptions hosts, and domains with all of their hosts, that are reached directly
public record HubProxies(
        Optional<InetSocketAddress> https,
        Optional<InetSocketAddress> http,
        List<String> exceptions) {
    /// Every server is reached directly.
    public static final HubProxies NONE =
            new HubProxies(Optional.empty(), Optional.empty(), List.of());

    private static final int DEFAULT_PORT = 3128;

    /// Keeps its own copy.
    public HubProxies {
        exceptions = List.copyOf(exceptions);
    }

    /// `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`, also in lower case.
    ///
    /// @throws HubException if a proxy's address is none
    public static HubProxies from(Map<String, String> environment) {
        Optional<String> all = value(environment, "all_proxy");
        List<String> exceptions =
                value(environment, "no_proxy").stream()
                        .flatMap(list -> Arrays.stream(list.split("[, ]+")))
                        .map(host -> host.toLowerCase(Locale.ROOT).replaceFirst("^\\*?\\.", ""))
                        .filter(host -> !host.isEmpty())
                        .toList();
        return new HubProxies(
                value(environment, "https_proxy").or(() -> all).map(HubProxies::address),
                value(environment, "http_proxy").or(() -> all).map(HubProxies::address),
                exceptions);
    }

    /// The proxy for an address; empty where it is reached directly.
    Optional<InetSocketAddress> proxyFor(URI address) {
        String host = address.getHost() == null ? "" : address.getHost().toLowerCase(Locale.ROOT);
        boolean direct =
                exceptions.stream()
                        .anyMatch(
                                exception ->
                                        exception.equals("*")
                                                || host.equals(exception)
                                                || host.endsWith("." + exception));
        if (direct) {
            return Optional.empty();
        }
        return "https".equalsIgnoreCase(address.getScheme()) ? https : http;
    }

    /// The same for the JDK's client. Without any proxy here the properties of the JDK hold
    /// (`https.proxyHost` and the like).
    ProxySelector selector() {
        if (https.isEmpty() && http.isEmpty()) {
            return ProxySelector.getDefault();
        }
        return new ProxySelector() {
            @Override
            public List<Proxy> select(URI address) {
                return List.of(
                        proxyFor(address)
                                .map(proxy -> new Proxy(Proxy.Type.HTTP, proxy))
                                .orElse(Proxy.NO_PROXY));
            }

            @Override
            public void connectFailed(URI address, SocketAddress proxy, IOException reason) {
                // the request itself fails, too, and says so
            }
        };
    }

    private static InetSocketAddress address(String text) {
        try {
            URI address = new URI(text.contains("://") ? text : "http://" + text);
            String host = address.getHost();
            if (host != null
                    && "http".equalsIgnoreCase(address.getScheme())
                    && address.getRawUserInfo() == null) {
                return InetSocketAddress.createUnresolved(
                        host, address.getPort() < 0 ? DEFAULT_PORT : address.getPort());
            }
        } catch (URISyntaxException e) {
            // said below, without the text: it may hold a password
        }
        throw new HubException(
                HubException.Kind.REFUSED,
                "the proxy in HTTPS_PROXY, HTTP_PROXY or ALL_PROXY",
                "expected http://host:port without user name",
                "correct the variable, or exclude the Hub with NO_PROXY");
    }

    private static Optional<String> value(Map<String, String> environment, String name) {
        return Optional.ofNullable(environment.get(name))
                .or(() -> Optional.ofNullable(environment.get(name.toUpperCase(Locale.ROOT))))
                .filter(value -> !value.isBlank());
    }
}
