package xlmr.tensor;

/// Elements in a Java array: what the processor's backends compute on.
///
/// @param values the elements; shared, not copied
public record HostStorage(float[] values) implements Storage {
    @Override
    public long capacity() {
        return values.length;
    }

    @Override
    public boolean isReadOnly() {
        return false;
    }

    @Override
    public void read(long from, float[] target, int offset, int count) {
        System.arraycopy(values, Math.toIntExact(from), target, offset, count);
    }

    // Identity, not content: a storage is a place.
    @Override
    public boolean equals(Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }
}
