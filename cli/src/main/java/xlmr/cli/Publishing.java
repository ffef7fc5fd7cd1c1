package xlmr.cli;

import xlmr.train.EpochResult;
import xlmr.train.TrainingListener;

/// Moves each better model to where the user wants it, so that a run that is stopped leaves its
/// best epoch.
///
/// @param output where models are staged and published
record Publishing(ModelOutput output) implements TrainingListener {
    @Override
    public void epochDone(EpochResult epoch) {
        if (epoch.best()) {
            output.publish();
        }
    }
}
