package xlmr.hub;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/// Answers every connection with the same bytes, whatever is asked.
final class RawServer implements AutoCloseable {
    private final ServerSocket server;

    RawServer(String answer) throws IOException {
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        byte[] bytes = answer.getBytes(StandardCharsets.ISO_8859_1);
        Thread.ofVirtual().start(() -> answerAll(bytes));
    }

    URI address() {
        return URI.create("http://127.0.0.1:" + server.getLocalPort());
    }

    private void answerAll(byte[] bytes) {
        while (!server.isClosed()) {
            try (Socket socket = server.accept()) {
                byte[] request = new byte[1 << 14];
                if (socket.getInputStream().read(request) > 0) {
                    socket.getOutputStream().write(bytes);
                    socket.shutdownOutput();
                    socket.setSoTimeout(2000);
                    socket.getInputStream().read(request);
                }
            } catch (IOException clientWentAway) {
                // the next one
            }
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
