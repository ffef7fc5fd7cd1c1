package xlmr.hub;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import javax.net.ssl.SSLHandshakeException;

/// Asks the Hub. Redirects are followed here and not by the JDK, because the token must not go to
/// another server, and because what the Hub says about a file stands in its own answer, the
/// redirect.
final class HubClient implements AutoCloseable {
    private static final int MOST_REDIRECTS = 10;
    private static final int OK = 200;
    private static final int PARTIAL = 206;
    private static final int OUT_OF_RANGE = 416;
    private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);

    private static final String COMMIT = "x-repo-commit";
    private static final String LINKED_ETAG = "x-linked-etag";
    private static final String LINKED_SIZE = "x-linked-size";

    private final HubSettings settings;
    private final HttpClient client;

    HubClient(HubSettings settings) {
        this.settings = settings;
        this.client =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .followRedirects(HttpClient.Redirect.NEVER)
                        .connectTimeout(settings.patience())
                        .proxy(settings.proxies().selector())
                        .build();
    }

    /// What the Hub says about a file.
    sealed interface Answer {
        /// It is there.
        record Found(RemoteFile file) implements Answer {}

        /// The repository and the revision are there, the file is not.
        record Missing(Optional<String> commit) implements Answer {}
    }

    /// The answer to a request for a file's bytes from an offset on.
    ///
    /// @param offset where the body begins
    /// @param total bytes of the whole file, where it is said
    record Content(BodyChunks body, long offset, OptionalLong total) implements AutoCloseable {
        @Override
        public void close() {
            body.close();
        }
    }

    /// Looks a file up, once.
    ///
    /// @throws PassingFailure if it is worth to try again
    /// @throws HubException if not
    Answer look(FileAddress address) throws PassingFailure, InterruptedException {
        HttpResponse<BodyChunks> response = send("HEAD", address, 0);
        HttpHeaders headers = response.headers();
        Optional<String> commit = headers.firstValue(COMMIT).filter(RemoteNames::isCommit);
        int status = response.statusCode();
        if (Refusals.isMissingFile(status, headers)) {
            return new Answer.Missing(commit);
        }
        if (status != OK && !REDIRECTS.contains(status)) {
            throw Refusals.of(status, headers, address, settings);
        }
        String header =
                headers.firstValue(LINKED_ETAG).or(() -> headers.firstValue("etag")).orElse("");
        if (commit.isEmpty()) {
            throw notAHub(address, "the answer has no valid X-Repo-Commit");
        }
        String etag =
                RemoteNames.etag(header)
                        .orElseThrow(
                                () ->
                                        notAHub(
                                                address,
                                                "the answer has no usable ETag: '%s'"
                                                        .formatted(header)));
        OptionalLong size = size(address, headers, status == OK);
        return new Answer.Found(new RemoteFile(address.file(), commit.get(), etag, size));
    }

    /// Asks for a file's bytes, once. A server may answer with the whole file in place of the part.
    ///
    /// @throws PassingFailure if it is worth to try again
    /// @throws HubException if not
    Content open(FileAddress address, long offset) throws PassingFailure, InterruptedException {
        HttpResponse<BodyChunks> response = send("GET", address, offset);
        HttpHeaders headers = response.headers();
        return switch (response.statusCode()) {
            case OK -> new Content(response.body(), 0, number(headers, "content-length"));
            case PARTIAL -> {
                ContentRange range = ContentRange.of(headers);
                if (range.start() != offset) {
                    response.body().close();
                    throw new PassingFailure("the server sent another part than was asked for");
                }
                yield new Content(response.body(), offset, range.total());
            }
            case OUT_OF_RANGE -> new Content(response.body(), -1, OptionalLong.empty());
            default -> throw Refusals.of(response.statusCode(), headers, address, settings);
        };
    }

    /// Sends a request and follows redirects: for a HEAD those within the server, since the
    /// redirect to another says it all; for a GET every one, the token left behind.
    private HttpResponse<BodyChunks> send(String method, FileAddress address, long offset)
            throws PassingFailure, InterruptedException {
        URI target = address.at(settings.endpoint());
        for (int hop = 0; hop <= MOST_REDIRECTS; hop++) {
            HttpResponse<BodyChunks> response = exchange(method, target, offset, address);
            if (!REDIRECTS.contains(response.statusCode())) {
                return response;
            }
            URI next = redirect(address, target, response.headers());
            boolean saysItAll = response.headers().firstValue(COMMIT).isPresent();
            if (method.equals("HEAD") && saysItAll && !isOwnServer(next)) {
                return response;
            }
            target = next;
        }
        throw notAHub(address, "more than %d redirects".formatted(MOST_REDIRECTS));
    }

    private HttpResponse<BodyChunks> exchange(
            String method, URI target, long offset, FileAddress address)
            throws PassingFailure, InterruptedException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(target)
                        .method(method, HttpRequest.BodyPublishers.noBody())
                        .timeout(settings.patience())
                        .header("User-Agent", "xlmr")
                        .header("Accept-Encoding", "identity");
        if (offset > 0) {
            request.header("Range", "bytes=" + offset + "-");
        }
        if (isOwnServer(target)) {
            settings.token()
                    .ifPresent(token -> request.header("Authorization", token.authorization()));
        }
        try {
            return client.send(
                    request.build(),
                    info ->
                            new BodyChunks(
                                    method.equals("HEAD")
                                            || info.statusCode() == OK
                                            || info.statusCode() == PARTIAL));
        } catch (HttpTimeoutException e) {
            throw new PassingFailure(
                    "no answer within %d seconds".formatted(settings.patience().toSeconds()), e);
        } catch (SSLHandshakeException e) {
            throw new HubException(
                    HubException.Kind.UNREACHABLE,
                    address.toString(),
                    "%s cannot prove who it is (%s)".formatted(target.getHost(), e.getMessage()),
                    "behind a proxy that opens connections, give its certificate with"
                            + " XLMR_JAVA_OPTIONS=-Djavax.net.ssl.trustStore=FILE",
                    e);
        } catch (IllegalArgumentException e) {
            // So the JDK reports a Content-Length that is no number.
            throw notAHub(address, "its headers are not valid (%s)".formatted(e.getMessage()));
        } catch (IOException e) {
            throw new PassingFailure(Refusals.words(e, target), e);
        }
    }

    private static URI redirect(FileAddress address, URI from, HttpHeaders headers) {
        String location = headers.firstValue("location").orElse("");
        URI next;
        try {
            next = from.resolve(location);
        } catch (IllegalArgumentException e) {
            throw notAHub(address, "a redirect to '%s'".formatted(location));
        }
        String scheme = String.valueOf(next.getScheme()).toLowerCase(Locale.ROOT);
        boolean safe = scheme.equals("https") || scheme.equals("http") && isPlain(from);
        if (location.isEmpty() || !safe || next.getHost() == null) {
            throw notAHub(address, "a redirect to '%s'".formatted(location));
        }
        return next;
    }

    private static boolean isPlain(URI address) {
        return "http".equalsIgnoreCase(address.getScheme());
    }

    /// Whether an address is on the server that the token is for: same scheme, host and port.
    private boolean isOwnServer(URI address) {
        URI own = settings.endpoint();
        return own.getScheme().equalsIgnoreCase(address.getScheme())
                && own.getHost().equalsIgnoreCase(address.getHost())
                && port(own) == port(address);
    }

    private static int port(URI address) {
        return address.getPort() >= 0 ? address.getPort() : isPlain(address) ? 80 : 443;
    }

    private static OptionalLong size(FileAddress address, HttpHeaders headers, boolean direct) {
        OptionalLong linked = number(headers, LINKED_SIZE);
        OptionalLong size = linked.isEmpty() && direct ? number(headers, "content-length") : linked;
        if (size.isPresent() && size.getAsLong() < 0) {
            throw notAHub(address, "a file of %d bytes".formatted(size.getAsLong()));
        }
        return size;
    }

    private static OptionalLong number(HttpHeaders headers, String name) {
        try {
            return headers.firstValueAsLong(name);
        } catch (NumberFormatException e) {
            return OptionalLong.empty();
        }
    }

    private static HubException notAHub(FileAddress address, String found) {
        return new HubException(
                HubException.Kind.DAMAGED,
                address.toString(),
                "the server does not answer like a Hub: " + found,
                "check HF_ENDPOINT, proxy and firewall");
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
