package xlmr.backend;

import java.util.Map;

/// A kind of device that a jar of its own brings, found by [java.util.ServiceLoader]: the core
/// knows no graphics processor.
public interface BackendProvider {
    /// What `--device` calls it: `cuda`.
    String device();

    /// Opens the first device of this kind.
    ///
    /// @throws BackendUnavailableException if there is none, or what it needs is missing
    BackendChoice open(Precision precision);

    /// Opens it in the precision that is [chosen][Precision#chosen].
    default BackendChoice open() {
        return open(Precision.chosen());
    }

    /// What was found, by name, without opening anything that has to be closed: versions, devices,
    /// and under `problem` what is missing.
    Map<String, Object> describe();
}
