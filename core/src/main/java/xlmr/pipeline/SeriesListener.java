package xlmr.pipeline;

import xlmr.train.TrainingListener;

/// Hears how a series of trainings goes.
public interface SeriesListener {
    /// Hears nothing.
    SeriesListener SILENT = (name, number, of) -> TrainingListener.SILENT;

    /// Before a run.
    ///
    /// @param name such as `seed-3`
    /// @param number from 1
    /// @param of runs in all
    /// @return what hears how this run goes
    TrainingListener begins(String name, int number, int of);

    /// After a run.
    ///
    /// @param keptModel whether its model is now in the output directory
    default void done(SeriesRun run, boolean keptModel) {}
}
