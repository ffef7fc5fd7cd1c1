package xlmr.tensor;

import org.jspecify.annotations.Nullable;

/// Elements in a Java array: what the processor's backends compute on.
///
/// A backend with memory of its own takes the elements over when it first needs them, see
/// [#moveTo]: weights that train are from then on on the device alone, and [#read] reads them
/// there.
public final class HostStorage implements Storage {
    private final int capacity;
    private volatile float @Nullable [] values;
    private volatile @Nullable Storage moved;

    /// Storage over an array, which is shared, not copied.
    public HostStorage(float[] values) {
        this.values = values;
        this.capacity = values.length;
    }

    /// The elements; shared, not copied.
    ///
    /// @throws IllegalStateException if a device has taken them over
    public float[] values() {
        float[] array = values;
        if (array == null) {
            throw new IllegalStateException(
                    "these elements were moved to another device, %s; load the model again to compute on the processor"
                            .formatted(moved));
        }
        return array;
    }

    /// Hands the elements over to a storage that holds a copy of them; the array is let go.
    public void moveTo(Storage place) {
        if (place.capacity() < capacity) {
            throw new IllegalArgumentException(
                    "moving %d elements to a storage of %d".formatted(capacity, place.capacity()));
        }
        moved = place;
        values = null;
    }

    /// Where the elements were moved to, or null while they are here.
    public @Nullable Storage moved() {
        return moved;
    }

    @Override
    public long capacity() {
        return capacity;
    }

    @Override
    public boolean isReadOnly() {
        return false;
    }

    @Override
    public void read(long from, float[] target, int offset, int count) {
        Storage place = moved;
        if (place != null) {
            place.read(from, target, offset, count);
            return;
        }
        System.arraycopy(values(), Math.toIntExact(from), target, offset, count);
    }
}
