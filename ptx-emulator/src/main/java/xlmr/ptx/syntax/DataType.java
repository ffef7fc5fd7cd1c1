package xlmr.ptx.syntax;

import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// A fundamental type of PTX, named as it is written after the dot.
public enum DataType {
    PRED(0, Kind.PREDICATE),
    B8(1, Kind.BITS),
    U8(1, Kind.UNSIGNED),
    S8(1, Kind.SIGNED),
    B16(2, Kind.BITS),
    U16(2, Kind.UNSIGNED),
    S16(2, Kind.SIGNED),
    F16(2, Kind.FLOAT),
    BF16(2, Kind.FLOAT),
    B32(4, Kind.BITS),
    U32(4, Kind.UNSIGNED),
    S32(4, Kind.SIGNED),
    F32(4, Kind.FLOAT),
    TF32(4, Kind.FLOAT),
    F16X2(4, Kind.FLOAT),
    BF16X2(4, Kind.FLOAT),
    B64(8, Kind.BITS),
    U64(8, Kind.UNSIGNED),
    S64(8, Kind.SIGNED),
    F64(8, Kind.FLOAT);

    /// What the bits of a type mean.
    public enum Kind {
        PREDICATE,
        BITS,
        UNSIGNED,
        SIGNED,
        FLOAT
    }

    private static final Map<String, DataType> BY_NAME =
            Stream.of(values()).collect(Collectors.toMap(DataType::toString, Function.identity()));

    private final int bytes;
    private final Kind kind;

    DataType(int bytes, Kind kind) {
        this.bytes = bytes;
        this.kind = kind;
    }

    /// The type of that name, without its dot.
    public static Optional<DataType> named(String name) {
        return Optional.ofNullable(BY_NAME.get(name));
    }

    /// Bytes of a value; 0 for a predicate.
    public int bytes() {
        return bytes;
    }

    /// What its bits mean.
    public Kind kind() {
        return kind;
    }

    /// Whether it is a signed integer.
    public boolean isSigned() {
        return kind == Kind.SIGNED;
    }

    /// Whether it is an integer or plain bits.
    public boolean isInteger() {
        return kind == Kind.BITS || kind == Kind.UNSIGNED || kind == Kind.SIGNED;
    }

    /// Whether a value is held by a register of 64 bits.
    public boolean isWide() {
        return bytes == 8;
    }

    @Override
    public String toString() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
