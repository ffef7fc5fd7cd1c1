package xlmr.backend.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/// The vector width of all kernels: the widest that the processor computes in, unless the system
/// property `xlmr.vector.bits` (128, 256 or 512) forces one. Constants, so that the compiler sees
/// fixed widths.
final class Lanes {
    /// Name of the system property that forces a width, for tests.
    static final String PROPERTY = "xlmr.vector.bits";

    /// Float vectors.
    static final VectorSpecies<Float> FLOATS = VectorSpecies.of(float.class, shape());

    /// Int vectors of as many lanes.
    static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, FLOATS.vectorShape());

    /// V, the lanes of a vector.
    static final int V = FLOATS.length();

    private Lanes() {}

    private static VectorShape shape() {
        String bits = System.getProperty(PROPERTY);
        if (bits == null) {
            return FloatVector.SPECIES_PREFERRED.vectorShape();
        }
        return switch (bits) {
            case "128" -> IntVector.SPECIES_128.vectorShape();
            case "256" -> IntVector.SPECIES_256.vectorShape();
            case "512" -> IntVector.SPECIES_512.vectorShape();
            default ->
                    throw new IllegalArgumentException(
                            "%s: expected 128, 256 or 512, found %s".formatted(PROPERTY, bits));
        };
    }
}
