package xlmr.model;

import xlmr.checkpoint.LoadReport;

/// A model and what became of the checkpoint's arrays.
///
/// @param model ready for use
/// @param report used, new, ignored
public record LoadedModel<M>(M model, LoadReport report) {}
