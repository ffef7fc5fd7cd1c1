package xlmr.backend.cpu;

import java.util.concurrent.atomic.AtomicBoolean;
import xlmr.backend.Activation;

/// Has the compiler see the innermost loops while the program still opens its files.
///
/// Until it is compiled, a vector operation is some hundred times slower, and what counts towards
/// compilation is calls and iterations, not work. So short calls on tiny arrays, on a thread of
/// their own, once per process; nobody waits for them, and no result depends on them.
final class WarmUp {
    /// Calls after which everything was long handed to the optimizing compiler.
    private static final int ROUNDS = 2_000;

    private static final int FIRST_ROUNDS = 250;

    private static final int DEPTH = 16;

    private static final AtomicBoolean STARTED = new AtomicBoolean();

    private WarmUp() {}

    static void start() {
        if (STARTED.compareAndSet(false, true)) {
            Thread thread = new Thread(WarmUp::run, "xlmr-warm-up");
            thread.setDaemon(true);
            thread.start();
        }
    }

    private static void run() {
        float[] source = new float[Tiles.WIDTH * DEPTH];
        float[] panel = new float[Tiles.WIDTH * DEPTH];
        float[] weight = new float[Tiles.WIDTH];
        float[] one = new float[1];
        // The tallest tile first: all large products wait for it.
        for (int height = Tiles.HEIGHT; height > 0; height -= 4) {
            float[] a = new float[height * DEPTH];
            float[] c = new float[height * Tiles.WIDTH];
            for (int round = 0; round < ROUNDS; round++) {
                // Calls alone bring the first compilation, iterations the second.
                int depth = round < FIRST_ROUNDS ? 1 : DEPTH;
                Tiles.multiply(height, depth, a, 0, height, panel, 0, c, 0, Tiles.WIDTH);
                Packing.panel(source, 0, DEPTH, 1, Tiles.WIDTH, depth, panel, 0, Tiles.WIDTH);
                Packing.panel(source, 0, DEPTH, 1, height, depth, a, 0, height);
                if (round % 4 == 0) {
                    Activations.apply(Activation.GELU, c, c, 0, c.length);
                    Normalizations.layerNorm(
                            source, weight, weight, 1, Tiles.WIDTH, source, one, one, 0, 1);
                }
            }
        }
    }
}
