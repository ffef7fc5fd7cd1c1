package xlmr.cli;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Queue;
import org.jspecify.annotations.Nullable;
import xlmr.data.Example;
import xlmr.data.ExampleReader;
import xlmr.data.RecordCursor;

/// The texts of several files, one after the other; of a pair first the one, then the other.
final class FileTexts implements Iterator<String>, AutoCloseable {
    private final ExampleReader reader;
    private final Iterator<Path> files;
    private final Queue<String> waiting = new ArrayDeque<>();
    private @Nullable RecordCursor<Example> cursor;

    FileTexts(ExampleReader reader, Iterator<Path> files) {
        this.reader = reader;
        this.files = files;
    }

    @Override
    public boolean hasNext() {
        while (waiting.isEmpty()) {
            if (cursor == null) {
                if (!files.hasNext()) {
                    return false;
                }
                cursor = reader.open(files.next());
            }
            if (cursor.hasNext()) {
                Example example = cursor.next();
                waiting.add(example.text());
                String second = example.textPair();
                if (second != null) {
                    waiting.add(second);
                }
            } else {
                cursor.close();
                cursor = null;
            }
        }
        return true;
    }

    @Override
    public String next() {
        if (!hasNext()) {
            throw new NoSuchElementException("no more texts");
        }
        return waiting.remove();
    }

    @Override
    public void close() {
        if (cursor != null) {
            cursor.close();
        }
    }
}
