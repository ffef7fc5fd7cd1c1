package xlmr.backend;

import java.util.List;
import java.util.Map;

/// A kind of device that a jar of its own brings, found by [java.util.ServiceLoader]: the core
/// knows no graphics processor.
public interface BackendProvider {
    /// What `--device` calls it: `cuda`.
    String device();

    /// Opens devices of this kind. Of several, the backend is the first; it has the others as
    /// [companions][Backend#ranks].
    ///
    /// @param numbers as the driver counts them, from 0; empty for the usual one
    /// @throws BackendUnavailableException if there is none, or what it needs is missing
    BackendChoice open(List<Integer> numbers, Precision precision);

    /// Opens the usual one in the precision that is [chosen][Precision#chosen].
    default BackendChoice open() {
        return open(List.of(), Precision.chosen());
    }

    /// What was found, by name, without opening anything that has to be closed: versions, devices,
    /// and under `problem` what is missing.
    Map<String, Object> describe();
}
