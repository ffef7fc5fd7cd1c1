package xlmr.cli;

import picocli.CommandLine.Option;

/// Which records a run leaves beside its model.
final class RecordOptions {
    @Option(
            names = "--no-report",
            description =
                    "Do not write report.html, which quotes texts of --validation that the model"
                            + " gets wrong.")
    private boolean noReport;

    @Option(
            names = "--no-tensorboard",
            description = "Do not write the folder runs, which TensorBoard shows.")
    private boolean noTensorBoard;

    /// The same without events.
    RecordOptions withoutTensorBoard() {
        RecordOptions other = new RecordOptions();
        other.noReport = noReport;
        other.noTensorBoard = true;
        return other;
    }

    boolean report() {
        return !noReport;
    }

    boolean tensorBoard() {
        return !noTensorBoard;
    }
}
