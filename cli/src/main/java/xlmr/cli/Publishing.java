package xlmr.cli;

import xlmr.checkpoint.LoadReport;
import xlmr.train.EpochResult;
import xlmr.train.TrainingListener;

/// Passes everything on to a display, and moves each better model to where the user wants it, so
/// that a run that is stopped leaves its best epoch.
final class Publishing implements TrainingListener {
    private final TrainingListener display;
    private final ModelOutput output;

    Publishing(TrainingListener display, ModelOutput output) {
        this.display = display;
        this.output = output;
    }

    @Override
    public void loaded(LoadReport report) {
        display.loaded(report);
    }

    @Override
    public void started(Plan plan) {
        display.started(plan);
    }

    @Override
    public void featuresComputed(int done, int total) {
        display.featuresComputed(done, total);
    }

    @Override
    public void microBatchDone(double loss) {
        display.microBatchDone(loss);
    }

    @Override
    public void stepDone(Step step) {
        display.stepDone(step);
    }

    @Override
    public void epochDone(EpochResult epoch) {
        if (epoch.best()) {
            output.publish();
        }
        display.epochDone(epoch);
    }
}
