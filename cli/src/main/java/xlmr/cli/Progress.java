package xlmr.cli;

import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/// A progress bar on standard error where a person watches it, else nothing. It disappears when it
/// is closed.
final class Progress implements AutoCloseable {
    private static final int UPDATE_MILLISECONDS = 200;
    private static final long MEGABYTE = 1_000_000;

    private final @Nullable ProgressBar bar;

    private Progress(@Nullable ProgressBar bar) {
        this.bar = bar;
    }

    /// A bar that has `total` to go.
    static Progress over(Streams streams, String task, long total) {
        if (!streams.errIsTerminal() || total < 2) {
            return new Progress(null);
        }
        return new Progress(builder(streams, task, total).build());
    }

    /// A count without an end, for what comes as a stream.
    static Progress counting(Streams streams, String task) {
        return new Progress(streams.errIsTerminal() ? builder(streams, task, -1).build() : null);
    }

    /// A bar that counts bytes, and shows megabytes and their speed; none for less than one.
    static Progress ofBytes(Streams streams, String task, long total) {
        if (!streams.errIsTerminal() || total < MEGABYTE) {
            return new Progress(null);
        }
        return new Progress(
                builder(streams, task, total).setUnit(" MB", MEGABYTE).showSpeed().build());
    }

    private static ProgressBarBuilder builder(Streams streams, String task, long total) {
        return new ProgressBarBuilder()
                .setTaskName(task)
                .setInitialMax(total)
                .setStyle(ProgressBarStyle.ASCII)
                .setUpdateIntervalMillis(UPDATE_MILLISECONDS)
                .clearDisplayOnFinish()
                .setConsumer(new ConsoleProgressBarConsumer(streams.err(), streams.errWidth() - 1));
    }

    /// So much is done.
    void to(long done) {
        if (bar != null) {
            bar.stepTo(done);
        }
    }

    /// What to show beside the bar.
    void note(String message) {
        if (bar != null) {
            bar.setExtraMessage(message);
        }
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.close();
        }
    }
}
