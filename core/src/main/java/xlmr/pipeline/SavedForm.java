package xlmr.pipeline;

/// What is written of a model that was trained with adapters.
public enum SavedForm {
    /// The merged model, and the adapter in a folder `adapter` in it.
    BOTH,
    /// The adapter alone, which is of use with its base only.
    ADAPTER,
    /// The merged model alone: an ordinary checkpoint.
    MERGED
}
