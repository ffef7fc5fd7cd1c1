package xlmr.cli;

import org.jspecify.annotations.Nullable;
import xlmr.hub.Hub;
import xlmr.hub.HubListener;

/// The Hub for a command: notices and a progress bar for each file on standard error.
final class HubDownload implements HubListener, AutoCloseable {
    /// The JDK's client reads 16 KB at a time, which costs a quarter more of the processor.
    private static final String BUFFER_SIZE = "jdk.httpclient.bufsize";

    private final Streams streams;
    private @Nullable Progress progress;
    private String file = "";

    HubDownload(Streams streams) {
        if (System.getProperty(BUFFER_SIZE) == null) {
            System.setProperty(BUFFER_SIZE, "131072");
        }
        this.streams = streams;
    }

    /// The Hub that the environment names.
    Hub hub() {
        return Hub.fromEnvironment().withListener(this);
    }

    @Override
    public void progress(String name, long done, long total) {
        Progress current = progress;
        if (current == null || !name.equals(file)) {
            close();
            current = Progress.ofBytes(streams, name, total);
            progress = current;
            file = name;
        }
        current.to(done);
        if (done == total) {
            close();
        }
    }

    @Override
    public void notice(String message) {
        close();
        streams.warn(message);
    }

    /// Removes the bar.
    @Override
    public void close() {
        Progress current = progress;
        progress = null;
        if (current != null) {
            current.close();
        }
    }
}
