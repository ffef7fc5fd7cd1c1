package xlmr.model;

/// A head of one's own, under a name that `--head` and `config.json` call it by.
///
/// It is found on the class path if a file `META-INF/services/xlmr.model.HeadFactory` names the
/// class, or in the same process once it was given to [HeadFactories#register].
public interface HeadFactory {
    /// What it is called: letters, digits and `-`, none of the names of the heads built in.
    String name();

    /// Builds the head for a model.
    ///
    /// @param context sizes and task
    /// @param argument what stands behind the name, as 256 in `my-head:256`; may be empty
    /// @param weights gives every parameter that is asked for
    /// @throws IllegalArgumentException if the argument or the task is not one that it can do
    Head create(HeadContext context, String argument, HeadWeights weights);

    /// What it does, in one line.
    default String description() {
        return "a head of class " + getClass().getName();
    }
}
