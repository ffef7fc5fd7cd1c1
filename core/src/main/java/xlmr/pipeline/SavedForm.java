package xlmr.pipeline;

/// What is written of a model that was trained.
public enum SavedForm {
    /// The model; of one that was trained with adapters the merged model, and the adapter in a
    /// folder `adapter` in it.
    BOTH,
    /// The adapter alone, which is of use with its base only.
    ADAPTER,
    /// The merged model alone: an ordinary checkpoint.
    MERGED,
    /// The head alone, with its adapter if it was trained with one, in the form of
    /// [NamedHead][xlmr.model.NamedHead]: for training that leaves the encoder as it is.
    HEAD
}
