package xlmr.cli;

import xlmr.backend.Backend;

/// One thing that a device has to compute as the processor does.
///
/// @param name of the operation
/// @param limit how far a number may be off, relative to the largest of its tensor
/// @param run gives the results, the same tensors on every backend
record DeviceCheck(String name, double limit, Run run) {
    /// An operation, or several.
    @FunctionalInterface
    interface Run {
        /// Everything that was computed.
        float[][] on(Backend backend);
    }

    /// How far two backends are apart: the largest difference relative to the largest number of its
    /// tensor; infinite where one has a number and the other has none.
    double difference(Backend device, Backend processor) {
        float[][] found = run.on(device);
        float[][] expected = run.on(processor);
        double worst = found.length == expected.length ? 0 : Double.POSITIVE_INFINITY;
        for (int i = 0; i < Math.min(found.length, expected.length); i++) {
            worst = Math.max(worst, difference(found[i], expected[i]));
        }
        return worst;
    }

    private static double difference(float[] found, float[] expected) {
        if (found.length != expected.length) {
            return Double.POSITIVE_INFINITY;
        }
        double largest = Float.MIN_NORMAL;
        double worst = 0;
        for (int i = 0; i < found.length; i++) {
            if (Float.isFinite(expected[i])) {
                largest = Math.max(largest, Math.abs(expected[i]));
                double error = Math.abs((double) found[i] - expected[i]);
                worst = Double.isFinite(error) ? Math.max(worst, error) : Double.POSITIVE_INFINITY;
            } else if (Float.compare(found[i], expected[i]) != 0) {
                return Double.POSITIVE_INFINITY;
            }
        }
        return worst / largest;
    }
}
