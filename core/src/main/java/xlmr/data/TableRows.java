package xlmr.data;

import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Rows of fields, one after the other.
sealed interface TableRows permits CsvRows, TabRows {

    /// One row.
    ///
    /// @param line where it begins, from 1
    record Row(long line, List<String> fields) {}

    /// The next row, or null after the last. Empty lines are skipped.
    @Nullable Row next() throws IOException;
}
