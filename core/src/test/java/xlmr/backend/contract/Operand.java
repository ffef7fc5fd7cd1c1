package xlmr.backend.contract;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import xlmr.backend.Backend;
import xlmr.tensor.DType;
import xlmr.tensor.MappedStorage;
import xlmr.tensor.Shape;
import xlmr.tensor.Tensor;

/// One tensor of a case: what the operation does with it, and what lies in it before.
///
/// @param values contents before the operation
/// @param dtype encoding in read-only mapped storage; null for storage of the backend
/// @param offset bytes between an aligned address and the mapped elements
record Operand(Role role, Shape shape, float[] values, @Nullable DType dtype, int offset) {
    /// What an operation may do to a tensor.
    enum Role {
        /// Reads only: all bits stay.
        INPUT,
        /// Overwrites; NaN lies there before.
        OUTPUT,
        /// Adds to, or changes in place; ordinary numbers lie there before.
        UPDATED
    }

    /// Elements of every storage beyond the tensor, which must keep their contents.
    static final int GUARD = 19;

    private static final float GUARD_VALUE = -7.25e11f;

    /// Seeds: other numbers in every operand, the same in every run, since the list is built in the
    /// same order.
    private static final AtomicLong drawn = new AtomicLong();

    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfDouble DOUBLE =
            ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /// Begins with the first seed again: a list has the same numbers whatever was listed before.
    static void drawAnew() {
        drawn.set(0);
    }

    /// Normally distributed numbers.
    static Operand input(int... sizes) {
        return random(Role.INPUT, Shape.of(sizes));
    }

    /// Given numbers.
    static Operand input(Shape shape, float... values) {
        return new Operand(Role.INPUT, shape, values, null, 0);
    }

    /// An overwritten tensor.
    static Operand output(int... sizes) {
        Shape shape = Shape.of(sizes);
        float[] undefined = new float[shape.elements()];
        Arrays.fill(undefined, Float.NaN);
        return new Operand(Role.OUTPUT, shape, undefined, null, 0);
    }

    /// A tensor to which is added.
    static Operand updated(int... sizes) {
        return random(Role.UPDATED, Shape.of(sizes));
    }

    /// A tensor that is changed in place.
    static Operand updated(Shape shape, float... values) {
        return new Operand(Role.UPDATED, shape, values, null, 0);
    }

    /// The same with all numbers multiplied.
    Operand times(double factor) {
        float[] scaled = values.clone();
        for (int i = 0; i < scaled.length; i++) {
            scaled[i] *= (float) factor;
        }
        return new Operand(role, shape, scaled, dtype, offset);
    }

    /// The same with a number added to all.
    Operand plus(double shift) {
        float[] shifted = values.clone();
        for (int i = 0; i < shifted.length; i++) {
            shifted[i] += (float) shift;
        }
        return new Operand(role, shape, shifted, dtype, offset);
    }

    /// The same with every number moved at least this far from 0.
    Operand awayFromZero(double distance) {
        float[] moved = values.clone();
        for (int i = 0; i < moved.length; i++) {
            moved[i] += Math.copySign((float) distance, moved[i]);
        }
        return new Operand(role, shape, moved, dtype, offset);
    }

    /// The same squared: nowhere negative.
    Operand squared() {
        float[] squares = values.clone();
        for (int i = 0; i < squares.length; i++) {
            squares[i] *= squares[i];
        }
        return new Operand(role, shape, squares, dtype, offset);
    }

    /// The same in read-only mapped storage, rounded to the type.
    Operand mapped(DType type, int bytesOff) {
        float[] rounded = new float[values.length];
        new Operand(role, shape, values, type, bytesOff)
                .mappedStorage()
                .read(0, rounded, 0, rounded.length);
        return new Operand(role, shape, rounded, type, bytesOff);
    }

    /// A new tensor of a backend with these contents, in a storage that is larger.
    Tensor open(Backend backend) {
        if (dtype != null) {
            return new Tensor(shape, mappedStorage());
        }
        float[] padded = new float[values.length + GUARD];
        Arrays.fill(padded, GUARD_VALUE);
        System.arraycopy(values, 0, padded, 0, values.length);
        Tensor whole = backend.allocate(Shape.of(padded.length));
        backend.write(padded, whole);
        return new Tensor(shape, whole.storage());
    }

    /// Whether the guard zone behind the tensor is as it was.
    boolean guardIsIntact(Tensor tensor) {
        if (dtype != null) {
            return true;
        }
        float[] guard = new float[GUARD];
        tensor.storage().read(values.length, guard, 0, GUARD);
        for (float value : guard) {
            if (value != GUARD_VALUE) {
                return false;
            }
        }
        return true;
    }

    /// The contents in double precision.
    double[] doubles() {
        double[] wide = new double[values.length];
        for (int i = 0; i < wide.length; i++) {
            wide[i] = values[i];
        }
        return wide;
    }

    private static Operand random(Role role, Shape shape) {
        Random random = new Random(drawn.getAndIncrement());
        float[] values = new float[shape.elements()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return new Operand(role, shape, values, null, 0);
    }

    private MappedStorage mappedStorage() {
        DType type = dtype == null ? DType.F32 : dtype;
        MemorySegment bytes =
                Arena.ofAuto().allocate(offset + (long) values.length * type.bytes() + 1, 64);
        MemorySegment segment = bytes.asSlice(offset, (long) values.length * type.bytes());
        for (int i = 0; i < values.length; i++) {
            long at = (long) i * type.bytes();
            switch (type) {
                case F16 -> segment.set(SHORT, at, Float.floatToFloat16(values[i]));
                case BF16 ->
                        segment.set(SHORT, at, (short) (Float.floatToRawIntBits(values[i]) >>> 16));
                case F64 -> segment.set(DOUBLE, at, values[i]);
                default -> segment.set(FLOAT, at, values[i]);
            }
        }
        return new MappedStorage(segment.asReadOnly(), type);
    }
}
