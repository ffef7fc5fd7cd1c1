package xlmr.backend.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorShuffle;
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

    // Lane i of a shuffled vector is lane i + n of the original, around the end.
    private static final VectorShuffle<Float> BY_1 = rotation(1);
    private static final VectorShuffle<Float> BY_2 = rotation(2);
    private static final VectorShuffle<Float> BY_4 = rotation(4);
    private static final VectorShuffle<Float> BY_8 = rotation(8);

    private Lanes() {}

    /// The sum of all lanes, always in the same order: halves are added until one is left.
    /// [FloatVector#reduceLanes] adds in an order of its own, which changes when the method is
    /// compiled, and with it the last bit of the result.
    static float sum(FloatVector lanes) {
        FloatVector sums = lanes;
        if (V > 8) {
            sums = sums.add(sums.rearrange(BY_8));
        }
        if (V > 4) {
            sums = sums.add(sums.rearrange(BY_4));
        }
        if (V > 2) {
            sums = sums.add(sums.rearrange(BY_2));
        }
        return sums.add(sums.rearrange(BY_1)).lane(0);
    }

    private static VectorShuffle<Float> rotation(int by) {
        return VectorShuffle.fromOp(FLOATS, lane -> (lane + by) % V);
    }

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
