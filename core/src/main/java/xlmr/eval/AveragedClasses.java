package xlmr.eval;

/// Over which classes the macro average runs.
public enum AveragedClasses {
    /// All that the model knows: scikit-learn with `labels=` given. A class that neither is nor was
    /// predicted counts as `zeroDivision`.
    ALL,
    /// Only those among the labels or the predictions: what scikit-learn does by itself.
    OCCURRING
}
