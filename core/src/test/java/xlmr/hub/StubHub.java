package xlmr.hub;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/// A server on this machine that answers like the Hub, or as rudely as a test wants. It speaks HTTP
/// by hand, because a proper server would refuse to break the rules.
final class StubHub implements AutoCloseable {
    static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";
    static final String REPOSITORY = "org/name";

    /// Contents from this size on are kept as large files are: named by SHA-256.
    static final int LARGE = 1000;

    /// @param path without the query
    /// @param headers by lower-case name
    record Request(String method, String path, Map<String, String> headers) {
        @Nullable String header(String name) {
            return headers.get(name);
        }
    }

    /// @param headers whole lines Content-Length is added where neither it nor Transfer-Encoding is
    ///   there; after a reply with a Connection line the connection is closed.
    ///
    /// @param sent so many bytes of the body are sent; if fewer than all, the connection is cut
    record Reply(int status, List<String> headers, byte[] body, int sent) {
        static Reply of(int status, String... headers) {
            return new Reply(status, List.of(headers), new byte[0], 0);
        }

        Reply cutAfter(int bytes) {
            return new Reply(status, headers, body, Math.min(bytes, body.length));
        }

        Reply with(String... more) {
            List<String> all = new ArrayList<>(headers);
            all.addAll(List.of(more));
            return new Reply(status, all, body, sent);
        }

        boolean has(String name) {
            return headers.stream()
                    .anyMatch(line -> line.toLowerCase(Locale.ROOT).startsWith(name + ":"));
        }

        Reply without(String name) {
            return new Reply(
                    status,
                    headers.stream()
                            .filter(line -> !line.toLowerCase(Locale.ROOT).startsWith(name + ":"))
                            .toList(),
                    body,
                    sent);
        }
    }

    /// Changes what a decent Hub would reply.
    @FunctionalInterface
    interface Manners {
        /// @return null to say nothing at all and keep the connection open
        @Nullable Reply reply(Request request, Reply decent) throws IOException;
    }

    private final ServerSocket server;
    private final Map<String, byte[]> files = new ConcurrentHashMap<>();
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private volatile Manners manners = (request, decent) -> decent;
    private volatile String commit = COMMIT;
    private volatile boolean proxy;

    StubHub() throws IOException {
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::acceptAll);
    }

    URI address() {
        return URI.create("http://127.0.0.1:" + server.getLocalPort());
    }

    StubHub put(String file, byte[] content) {
        files.put(file, content);
        return this;
    }

    StubHub put(String file, String content) {
        return put(file, content.getBytes(StandardCharsets.UTF_8));
    }

    void remove(String file) {
        files.remove(file);
    }

    void behave(Manners value) {
        manners = value;
    }

    void moveTo(String value) {
        commit = value;
    }

    /// From now on requests have whole addresses, as those to a proxy.
    void actAsProxy() {
        proxy = true;
    }

    List<Request> requests() {
        return List.copyOf(requests);
    }

    void forgetRequests() {
        requests.clear();
    }

    /// The content's name: SHA-256 of a large one, Git's SHA-1 of a small one.
    static String etag(byte[] content) {
        try {
            if (content.length >= LARGE) {
                return HexFormat.of()
                        .formatHex(MessageDigest.getInstance("SHA-256").digest(content));
            }
            MessageDigest git = MessageDigest.getInstance("SHA-1");
            git.update(("blob " + content.length + "\0").getBytes(StandardCharsets.US_ASCII));
            return HexFormat.of().formatHex(git.digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private void acceptAll() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                Thread.ofVirtual().start(() -> serve(socket));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void serve(Socket socket) {
        try (socket;
                InputStream in = new BufferedInputStream(socket.getInputStream());
                OutputStream out = socket.getOutputStream()) {
            Request request = read(in);
            while (request != null) {
                requests.add(request);
                Reply reply = manners.reply(request, decent(request));
                if (reply == null) {
                    Thread.sleep(60_000);
                    return;
                }
                boolean head = request.method().equals("HEAD");
                StringBuilder text = new StringBuilder("HTTP/1.1 " + reply.status() + " X\r\n");
                reply.headers().forEach(line -> text.append(line).append("\r\n"));
                if (!reply.has("content-length") && !reply.has("transfer-encoding")) {
                    text.append("Content-Length: " + reply.body().length + "\r\n");
                }
                out.write(text.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
                if (!head) {
                    out.write(reply.body(), 0, reply.sent());
                }
                out.flush();
                if (!head && reply.sent() < reply.body().length) {
                    Thread.sleep(20); // the JDK forgets what comes together with the end
                }
                if (reply.has("connection") || !head && reply.sent() < reply.body().length) {
                    return;
                }
                request = read(in);
            }
        } catch (IOException broken) {
            // the client went away
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private @Nullable Request read(InputStream in) throws IOException {
        String first = line(in);
        if (first.isEmpty()) {
            return null;
        }
        Map<String, String> headers = new TreeMap<>();
        for (String line = line(in); !line.isEmpty(); line = line(in)) {
            int colon = line.indexOf(':');
            headers.put(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip());
        }
        String[] words = first.split(" ");
        String path = proxy ? URI.create(words[1]).getPath() : words[1];
        return new Request(words[0], path, headers);
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c >= 0 && c != '\n'; c = in.read()) {
            if (c != '\r') {
                line.append((char) c);
            }
        }
        return line.toString();
    }

    private Reply decent(Request request) {
        String prefix = "/" + REPOSITORY + "/resolve/";
        if (!request.path().startsWith(prefix)) {
            return Reply.of(404, "X-Error-Code: RepoNotFound");
        }
        String[] parts = request.path().substring(prefix.length()).split("/", 2);
        if (!parts[0].equals("main") && !parts[0].equals(commit)) {
            return Reply.of(404, "X-Error-Code: RevisionNotFound");
        }
        byte[] content = files.get(parts[1]);
        if (content == null) {
            return Reply.of(404, "X-Error-Code: EntryNotFound", "X-Repo-Commit: " + commit);
        }
        List<String> headers =
                List.of("X-Repo-Commit: " + commit, "ETag: \"" + etag(content) + "\"");
        String range = request.header("range");
        if (range == null || request.method().equals("HEAD")) {
            return new Reply(200, headers, content, content.length);
        }
        int start = Integer.parseInt(range.replaceAll("bytes=(\\d+)-", "$1"));
        if (start >= content.length) {
            return Reply.of(416);
        }
        byte[] rest = Arrays.copyOfRange(content, start, content.length);
        return new Reply(206, headers, rest, rest.length)
                .with(
                        "Content-Range: bytes %d-%d/%d"
                                .formatted(start, content.length - 1, content.length));
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
