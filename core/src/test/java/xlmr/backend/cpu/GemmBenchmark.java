package xlmr.backend.cpu;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import xlmr.tensor.DType;
import xlmr.tensor.MappedStorage;
import xlmr.tensor.Shape;
import xlmr.tensor.Tensor;

/// Prints GFLOP/s of a linear layer's three products at the sizes of the base model: `java
/// --add-modules jdk.incubator.vector -cp core/target/classes:core/target/test-classes
/// xlmr.backend.cpu.GemmBenchmark [threads]`. Each figure is the best of many runs over half a
/// second.
final class GemmBenchmark {
    private static final int[] ROWS = {12, 48, 800, 1024};
    private static final int[][] SIZES = {{768, 768}, {3072, 768}, {768, 3072}};
    private static final long NANOS = 300_000_000;

    private GemmBenchmark() {}

    public static void main(String[] arguments) {
        int threads = arguments.length == 0 ? 1 : Integer.parseInt(arguments[0]);
        try (VectorBackend backend = new VectorBackend(threads)) {
            warmUp(backend);
            System.out.printf("%s, %d threads, GFLOP/s%n", backend.name(), threads);
            System.out.println("    M     N     K  frozen  forward  dInput  dWeight");
            for (int m : ROWS) {
                for (int[] size : SIZES) {
                    measure(backend, m, size[0], size[1]);
                }
            }
        }
    }

    private static void warmUp(VectorBackend backend) {
        Tensor input = random(60, 512);
        Tensor weight = random(256, 512);
        Tensor output = random(60, 256);
        long end = System.nanoTime() + 4 * NANOS;
        while (System.nanoTime() < end) {
            backend.linear(input, weight, null, output);
            backend.linearInputGradient(output, weight, input);
            backend.linearWeightGradient(output, input, weight);
        }
    }

    private static void measure(VectorBackend backend, int m, int n, int depth) {
        Tensor input = random(m, depth); // [M, K]
        Tensor weight = random(n, depth); // [N, K]
        Tensor frozen = frozen(weight); // [N, K]
        Tensor bias = random(n); // [N]
        Tensor output = random(m, n); // [M, N]
        Tensor dInput = random(m, depth); // [M, K]
        Tensor dWeight = random(n, depth); // [N, K]
        double operations = 2.0 * m * n * depth;
        System.out.printf(
                "%5d %5d %5d %7.0f %8.0f %7.0f %8.0f%n",
                m,
                n,
                depth,
                operations / best(() -> backend.linear(input, frozen, bias, output)),
                operations / best(() -> backend.linear(input, weight, bias, output)),
                operations / best(() -> backend.linearInputGradient(output, weight, dInput)),
                operations / best(() -> backend.linearWeightGradient(output, input, dWeight)));
    }

    private static long best(Runnable product) {
        long best = Long.MAX_VALUE;
        long end = System.nanoTime() + NANOS;
        while (System.nanoTime() < end) {
            long start = System.nanoTime();
            product.run();
            best = Math.min(best, System.nanoTime() - start);
        }
        return best;
    }

    private static Tensor frozen(Tensor tensor) {
        MemorySegment copy = Arena.ofAuto().allocateFrom(ValueLayout.JAVA_FLOAT, tensor.toArray());
        return new Tensor(tensor.shape(), new MappedStorage(copy.asReadOnly(), DType.F32));
    }

    private static Tensor random(int... sizes) {
        Random random = new Random(1);
        Shape shape = Shape.of(sizes);
        float[] values = new float[shape.elements()];
        for (int i = 0; i < values.length; i++) {
            // Small, so that what is accumulated over and over stays finite.
            values[i] = (random.nextFloat() - 0.5f) * 1e-3f;
        }
        return Tensor.of(shape, values);
    }
}
