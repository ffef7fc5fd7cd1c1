package xlmr.cli;

import java.io.IOException;
import xlmr.pipeline.Explanation;

/// Takes explanations, one after the other.
@FunctionalInterface
interface ExplanationSink {
    /// Takes the next.
    void accept(Explanation explanation) throws IOException;
}
