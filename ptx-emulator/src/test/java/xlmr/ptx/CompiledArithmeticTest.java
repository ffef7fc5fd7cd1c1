package xlmr.ptx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import org.junit.jupiter.api.Test;
import xlmr.ptx.machine.Dimensions;

/// What NVIDIA's compiler makes of arithmetic in CUDA C (`arithmetic.cu`), against Java.
class CompiledArithmeticTest {
    private final Device device = new Device();
    private final LoadedModule module = Modules.load(device, "arithmetic");

    @Test
    void functionsOfTheCudaLibraryAreAsExactAsTheirManualSays() {
        int n = 300;
        float[] in = new float[n];
        Random random = new Random(1);
        for (int i = 0; i < n; i++) {
            in[i] = random.nextFloat() * 4 - 2;
        }
        DeviceBuffer out = device.allocate(n * 24 * 4L);
        device.launch(
                module.kernel("functions"),
                Dimensions.of(3),
                Dimensions.of(128),
                0,
                out,
                device.upload(in),
                n);
        float[] results = out.floats();
        for (int i = 0; i < n; i++) {
            double[] expected = functions(in[i], i);
            for (int j = 0; j < expected.length; j++) {
                float found = results[i * 24 + j];
                // The manual allows 1 to 4 units of the last place; __expf and __fdividef some
                // more.
                assertThat((double) found)
                        .as("function %d of %s", j, in[i])
                        .isCloseTo(
                                expected[j],
                                within(4 * (double) Math.ulp((float) expected[j]) + 1e-12));
            }
        }
    }

    private static double[] functions(float x, int i) {
        double size = Math.abs(x);
        double polynomial = 0;
        for (int k = 0; k < 3 + (i & 3); k++) {
            polynomial = Math.fma((float) polynomial, x, k);
        }
        return new double[] {
            Math.exp(x),
            erf(x),
            Math.tanh(x),
            Math.log((float) size + 1e-3f),
            Math.pow(size, 1.75),
            Math.sin((double) (x * 1000000.0f)),
            Math.cos(x),
            Math.sqrt(size),
            1 / Math.sqrt((float) size + 1.0f),
            x / 3.7f,
            Math.exp(x),
            x / 2.0,
            x % 0.3f,
            Math.floor(x),
            Math.rint(x),
            Math.copySign(Math.floor(size + 0.5), x),
            Math.max(x, 0.1f),
            Math.clamp(x, 0.0f, 1.0f),
            8.0 * x,
            Math.log1p(size),
            Math.cbrt(x),
            Math.pow(2, x),
            1 - erf(x),
            polynomial
        };
    }

    /// Its series with terms of one sign (Abramowitz and Stegun, 7.1.6).
    private static double erf(double x) {
        double term = x;
        double sum = x;
        for (int n = 1; n < 100; n++) {
            term *= 2 * x * x / (2 * n + 1);
            sum += term;
        }
        return 2 / Math.sqrt(Math.PI) * Math.exp(-x * x) * sum;
    }

    @Test
    void wholeNumbersCallsLocalArraysAndSwitchesComeOutRight() {
        int n = 200;
        int[] in = new Random(2).ints(n).toArray();
        in[0] = 0;
        in[1] = Integer.MAX_VALUE;
        ByteBuffer mixed = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
        mixed.putFloat(0.5f).putInt(11).putInt(22).putInt(33);
        DeviceBuffer out = device.allocate(n * 32 * 4L);
        device.launch(
                module.kernel("integers"),
                Dimensions.of(4),
                Dimensions.of(64),
                0,
                out,
                device.upload(in),
                n,
                mixed.array());
        int[] results = out.ints();
        for (int i = 0; i < n; i++) {
            int[] expected = integers(in[i], n, i);
            for (int j = 0; j < 32; j++) {
                assertThat(results[i * 32 + j])
                        .as("value %d of %d", j, in[i])
                        .isEqualTo(expected[j]);
            }
        }
    }

    private static int[] integers(int x, int n, int i) {
        long u = x & 0xffffffffL;
        long wide = (long) x * x - 7;
        BigInteger square =
                BigInteger.valueOf(u).pow(2).add(BigInteger.valueOf(3)).mod(BigInteger.TWO.pow(64));
        int[] chosen = {5, x * 3, 7, x - 9, x ^ 99, 1, (x & 0xffff) * 3, (x & 0xffff) * 3};
        return new int[] {
            x / 7,
            x % 13,
            (int) (u / 11),
            (int) (u % n),
            (int) (wide / 1000003),
            square.mod(BigInteger.valueOf(1000003)).intValue(),
            Integer.bitCount(x),
            Integer.numberOfLeadingZeros(x),
            Integer.reverse(x),
            x == 0 ? 0 : Integer.numberOfTrailingZeros(x) + 1,
            x >>> 24 | (n & 0xff) << 8 | (x >>> 8 & 0xff) << 16 | (x >>> 16 & 0xff) << 24,
            n << 5 | x >>> 27,
            (int) (((long) n << 32 | u) >>> 9),
            (int) ((long) x * 12345678 >> 32),
            (int)
                    BigInteger.valueOf(u)
                            .multiply(BigInteger.valueOf(0xD2511F53L))
                            .shiftRight(32)
                            .longValue(),
            square.bitCount(),
            Long.numberOfLeadingZeros(wide),
            (short) x,
            x & 0xff,
            x >> 3,
            x >>> (n & 31),
            Math.min(x, n),
            (int) Math.max(u, n),
            Math.abs(x),
            (int) Math.abs((long) x - n) + 5,
            new int[] {11, 22, 33}[i % 3],
            Float.floatToRawIntBits(0.5f * x),
            (int) ((float) x * 0.125f),
            x,
            (int) Math.rint(x * 0.0078125f),
            (x & 7) * 8,
            chosen[x & 7]
        };
    }

    @Test
    void doublesComeOutAsInJava() {
        double[] in = new Random(3).doubles(64, -20, 20).toArray();
        ByteBuffer bytes = ByteBuffer.allocate(64 * 8).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asDoubleBuffer().put(in);
        DeviceBuffer source = device.allocate(64 * 8);
        source.write(0, bytes.array());
        DeviceBuffer out = device.allocate(64 * 8 * 8);
        device.launch(
                module.kernel("doubles"), Dimensions.of(1), Dimensions.of(64), 0, out, source, 64);
        ByteBuffer results =
                ByteBuffer.wrap(out.read(0, out.size())).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < 64; i++) {
            double x = in[i];
            double[] expected = {
                Math.fma(x, 1.5, 2),
                x / 3,
                Math.sqrt(Math.abs(x)),
                Math.exp(x),
                Math.log(Math.abs(x) + 1),
                (float) x,
                (long) x,
                Math.min(x, 1.0)
            };
            for (int j = 0; j < 8; j++) {
                assertThat(results.getDouble((i * 8 + j) * 8))
                        .as("value %d of %s", j, x)
                        .isCloseTo(expected[j], within(2 * Math.ulp(expected[j])));
            }
        }
    }
}
