package xlmr.hub;

/// Hears what a download does. Called by the thread that asked for the files.
public interface HubListener {
    /// Hears nothing.
    HubListener SILENT = new HubListener() {};

    /// So many bytes of a file are there. Called often; the last call of a file has `done ==
    /// total`.
    ///
    /// @param file the name in the repository
    default void progress(String file, long done, long total) {}

    /// Something that a person may want to know: a retry, a wait, the cache used in place of a
    /// server that does not answer. One line.
    default void notice(String message) {}
}
