package xlmr.checkpoint;

import java.math.BigInteger;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import xlmr.tensor.DType;

/// What a [PickleMachine] can make: plain data, the names of what PyTorch calls, and tensors. There
/// is no kind for anything else, so nothing else can come out of a file.
///
/// Values may contain each other to any depth, or themselves: nobody walks them recursively, which
/// `equals`, `hashCode` and `toString` of a record would do.
sealed interface PickleValue {
    /// A string.
    record Text(String text) implements PickleValue {}

    /// An integer.
    record Whole(BigInteger value) implements PickleValue {
        static Whole of(long value) {
            return new Whole(BigInteger.valueOf(value));
        }
    }

    /// What is never looked at, or at most compared.
    enum Constant implements PickleValue {
        NONE,
        TRUE,
        FALSE,
        /// A float, bytes, a device.
        OTHER
    }

    /// A tuple, or a set of sizes.
    record Tuple(List<PickleValue> items) implements PickleValue {}

    /// A list, which still grows.
    record Items(List<PickleValue> items) implements PickleValue {}

    /// A dict or an OrderedDict. Of its entries only those with a text as key are kept: no name of
    /// a tensor is anything else.
    record Mapping(SequencedMap<String, PickleValue> entries) implements PickleValue {
        static Mapping empty() {
            // Most of a hostile file's dicts, and many of an honest one's, stay empty.
            return new Mapping(new LinkedHashMap<>(0));
        }

        void put(PickleValue key, PickleValue value) {
            if (key instanceof Text text) {
                entries.put(text.text(), value);
            }
        }
    }

    /// A function or type that may be named.
    record Global(TorchGlobal global) implements PickleValue {}

    /// The type of a storage, such as `torch.FloatStorage`.
    record StorageType(DType dtype) implements PickleValue {}

    /// A type of elements, such as `torch.float32`.
    record ElementType(DType dtype) implements PickleValue {}

    /// See [TorchStorage].
    record StorageValue(TorchStorage storage) implements PickleValue {}

    /// See [TorchTensor].
    record TensorValue(TorchTensor tensor) implements PickleValue {}

    /// The kind in words, for messages.
    default String words() {
        return switch (this) {
            case Text text -> "a text";
            case Whole whole -> "an integer";
            case Constant constant -> constant == Constant.NONE ? "None" : "a constant";
            case Tuple tuple -> "a tuple";
            case Items items -> "a list";
            case Mapping mapping -> "a dict";
            case Global global -> global.global().qualifiedName();
            case StorageType type -> "a type of storage";
            case ElementType type -> "a type of elements";
            case StorageValue storage -> "a storage";
            case TensorValue tensor -> "a tensor";
        };
    }
}
