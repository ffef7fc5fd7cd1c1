package xlmr.cuda;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.bytedeco.cuda.cudart.CUevent_st;

/// Copies between Java arrays and the device through pinned memory: two halves, of which one is
/// filled while the device reads the other. Arrays are copied at once, so the caller may change
/// them; nobody waits unless both halves are under way.
final class PinnedStaging implements AutoCloseable {
    private static final int HALF_BYTES = 4 << 20;

    /// Whatever lies in pinned memory begins at a multiple of this.
    private static final int ALIGNMENT = 16;

    private final CudaDriver driver;
    private final MemorySegment[] halves = new MemorySegment[2];
    private final CUevent_st[] passed = new CUevent_st[2];
    private final boolean[] underWay = new boolean[2];
    private final MemorySegment out;
    private int half;
    private int used;

    PinnedStaging(CudaDriver driver) {
        this.driver = driver;
        for (int i = 0; i < halves.length; i++) {
            halves[i] = driver.allocatePinned(HALF_BYTES);
            passed[i] = driver.createEvent();
        }
        out = driver.allocatePinned(HALF_BYTES);
    }

    /// Copies floats to the device.
    void copyIn(float[] values, int offset, int count, long to) {
        for (int done = 0; done < count; ) {
            int some = Math.min(count - done, HALF_BYTES / Float.BYTES);
            MemorySegment place = take(some * Float.BYTES);
            MemorySegment.copy(values, offset + done, place, ValueLayout.JAVA_FLOAT, 0, some);
            driver.copyIn(place, to + (long) done * Float.BYTES);
            done += some;
        }
    }

    /// Copies ints to the device.
    void copyIn(int[] values, long to) {
        for (int done = 0; done < values.length; ) {
            int some = Math.min(values.length - done, HALF_BYTES / Integer.BYTES);
            MemorySegment place = take(some * Integer.BYTES);
            MemorySegment.copy(values, done, place, ValueLayout.JAVA_INT, 0, some);
            driver.copyIn(place, to + (long) done * Integer.BYTES);
            done += some;
        }
    }

    /// Copies floats from the device; waits for everything launched before.
    void copyOut(long from, float[] target, int offset, int count) {
        for (int done = 0; done < count; ) {
            int some = Math.min(count - done, HALF_BYTES / Float.BYTES);
            MemorySegment place = out.asSlice(0, (long) some * Float.BYTES);
            driver.copyOut(from + (long) done * Float.BYTES, place);
            driver.synchronize();
            MemorySegment.copy(place, ValueLayout.JAVA_FLOAT, 0, target, offset + done, some);
            done += some;
        }
    }

    /// Copies doubles from the device; waits for everything launched before.
    double[] readDoubles(long from, int count) {
        double[] numbers = new double[count];
        for (int done = 0; done < count; ) {
            int some = Math.min(count - done, HALF_BYTES / Double.BYTES);
            MemorySegment place = out.asSlice(0, (long) some * Double.BYTES);
            driver.copyOut(from + (long) done * Double.BYTES, place);
            driver.synchronize();
            MemorySegment.copy(place, ValueLayout.JAVA_DOUBLE, 0, numbers, done, some);
            done += some;
        }
        return numbers;
    }

    private MemorySegment take(int bytes) {
        if (used + bytes > HALF_BYTES) {
            driver.record(passed[half]);
            underWay[half] = true;
            half = 1 - half;
            used = 0;
            if (underWay[half]) {
                driver.await(passed[half]);
                underWay[half] = false;
            }
        }
        MemorySegment place = halves[half].asSlice(used, bytes);
        used += Math.ceilDiv(bytes, ALIGNMENT) * ALIGNMENT;
        return place;
    }

    @Override
    public void close() {
        for (int i = 0; i < halves.length; i++) {
            driver.destroy(passed[i]);
            driver.freePinned(halves[i]);
        }
        driver.freePinned(out);
    }
}
