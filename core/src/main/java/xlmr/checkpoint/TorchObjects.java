package xlmr.checkpoint;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import xlmr.checkpoint.PickleValue.Constant;
import xlmr.checkpoint.PickleValue.ElementType;
import xlmr.checkpoint.PickleValue.Global;
import xlmr.checkpoint.PickleValue.Items;
import xlmr.checkpoint.PickleValue.Mapping;
import xlmr.checkpoint.PickleValue.StorageType;
import xlmr.checkpoint.PickleValue.StorageValue;
import xlmr.checkpoint.PickleValue.TensorValue;
import xlmr.checkpoint.PickleValue.Text;
import xlmr.checkpoint.PickleValue.Tuple;
import xlmr.checkpoint.PickleValue.Whole;
import xlmr.tensor.DType;

/// What PyTorch's functions would have made of their arguments (pytorch, torch/_utils.py and
/// torch/serialization.py), as descriptions of tensors.
final class TorchObjects {
    static final String REMEDY =
            "nothing was executed; save tensors alone: torch.save(model.state_dict(), ...)";

    private final Map<String, TorchStorage> storages = new LinkedHashMap<>();

    /// All storages that were named so far, by their key.
    Map<String, TorchStorage> storages() {
        return storages;
    }

    /// The result of a call.
    ///
    /// @throws CheckpointException if the function is none that is called, or the arguments do not
    ///   describe a tensor
    PickleValue call(PickleReader reader, PickleValue function, List<PickleValue> arguments) {
        if (!(function instanceof Global(TorchGlobal global))) {
            throw reader.refused("a call of %s".formatted(function.words()), REMEDY);
        }
        return switch (global) {
            case ORDERED_DICT -> orderedDict(reader, arguments);
            case REBUILD_TENSOR, REBUILD_TENSOR_V2 -> tensor(reader, arguments);
            case REBUILD_TENSOR_V3 -> typedTensor(reader, arguments);
            case REBUILD_PARAMETER, REBUILD_PARAMETER_WITH_STATE ->
                    argument(reader, arguments, 0, TensorValue.class);
            case REBUILD_FROM_TYPE -> tensorOfType(reader, arguments);
            case SIZE -> argument(reader, arguments, 0, Tuple.class);
            case DEVICE, ENCODE -> Constant.OTHER;
            case TENSOR, PARAMETER ->
                    throw reader.refused("a call of %s".formatted(function.words()), REMEDY);
        };
    }

    /// The storage behind `('storage', type, key, location, elements)`; in the older format there
    /// is also a view, which is None.
    PickleValue persistent(PickleReader reader, PickleValue id) {
        if (!(id instanceof Tuple(List<PickleValue> parts))
                || parts.size() < 5
                || !(parts.get(0) instanceof Text(String kind) && kind.equals("storage"))) {
            throw reader.refused("a reference to something that is not a storage", REMEDY);
        }
        if (parts.size() > 5 && parts.get(5) != Constant.NONE) {
            throw reader.refused("a view of a storage, which is not supported", REMEDY);
        }
        DType dtype = argument(reader, parts, 1, StorageType.class).dtype();
        String key = argument(reader, parts, 2, Text.class).text();
        long elements = size(reader, parts.get(4));
        long bytes = multiply(reader, elements, dtype.bytes());
        TorchStorage storage = new TorchStorage(key, dtype, elements, bytes);
        TorchStorage known = storages.putIfAbsent(key, storage);
        if (known != null && !known.equals(storage)) {
            throw reader.refused(
                    "storage %s has %d elements of %s, before it had %d of %s"
                            .formatted(key, elements, dtype, known.elements(), known.dtype()));
        }
        return new StorageValue(known != null ? known : storage);
    }

    // Python 2 passed the entries to the constructor.
    private static PickleValue orderedDict(PickleReader reader, List<PickleValue> arguments) {
        Mapping mapping = Mapping.empty();
        if (arguments.isEmpty()) {
            return mapping;
        }
        for (PickleValue entry : argument(reader, arguments, 0, Items.class).items()) {
            List<PickleValue> pair =
                    entry instanceof Items(var items)
                            ? items
                            : entry instanceof Tuple(var items) ? items : List.of();
            if (pair.size() != 2) {
                throw reader.refused("an OrderedDict of %s".formatted(entry.words()));
            }
            mapping.put(pair.get(0), pair.get(1));
        }
        return mapping;
    }

    private static PickleValue tensor(PickleReader reader, List<PickleValue> arguments) {
        TorchStorage storage = argument(reader, arguments, 0, StorageValue.class).storage();
        return view(reader, arguments, storage, storage.dtype());
    }

    private static PickleValue typedTensor(PickleReader reader, List<PickleValue> arguments) {
        TorchStorage storage = argument(reader, arguments, 0, StorageValue.class).storage();
        return view(
                reader,
                arguments,
                storage,
                argument(reader, arguments, 6, ElementType.class).dtype());
    }

    private PickleValue tensorOfType(PickleReader reader, List<PickleValue> arguments) {
        Global function = argument(reader, arguments, 0, Global.class);
        // Calls within calls could be nested to any depth.
        if (function.global() == TorchGlobal.REBUILD_FROM_TYPE) {
            throw reader.refused("a call of %s within it".formatted(function.words()), REMEDY);
        }
        return call(reader, function, argument(reader, arguments, 2, Tuple.class).items());
    }

    private static PickleValue view(
            PickleReader reader, List<PickleValue> arguments, TorchStorage storage, DType dtype) {
        long offset = size(reader, argument(reader, arguments, 1, Whole.class));
        long[] sizes = sizes(reader, argument(reader, arguments, 2, Tuple.class));
        long[] strides = sizes(reader, argument(reader, arguments, 3, Tuple.class));
        TorchTensor tensor = new TorchTensor(storage, dtype, offset, sizes, strides);
        String defect = tensor.defect();
        if (!defect.isEmpty()) {
            throw reader.refused(defect);
        }
        return new TensorValue(tensor);
    }

    private static long[] sizes(PickleReader reader, Tuple tuple) {
        if (tuple.items().size() > TorchTensor.MOST_AXES) {
            throw reader.refused("a tensor of %d axes".formatted(tuple.items().size()));
        }
        return tuple.items().stream().mapToLong(item -> size(reader, item)).toArray();
    }

    private static long size(PickleReader reader, PickleValue value) {
        if (!(value instanceof Whole(var number))) {
            throw reader.refused("%s in the place of a size".formatted(value.words()));
        }
        if (number.signum() < 0 || number.bitLength() > 63) {
            throw reader.refused("%s in the place of a size".formatted(number));
        }
        return number.longValueExact();
    }

    private static long multiply(PickleReader reader, long elements, int bytes) {
        try {
            return Math.multiplyExact(elements, bytes);
        } catch (ArithmeticException e) {
            throw reader.refused("a storage of %d elements".formatted(elements));
        }
    }

    private static <T extends PickleValue> T argument(
            PickleReader reader, List<PickleValue> arguments, int index, Class<T> type) {
        if (index >= arguments.size()) {
            throw reader.refused(
                    "%d arguments; expected %d or more".formatted(arguments.size(), index + 1));
        }
        PickleValue value = arguments.get(index);
        if (!type.isInstance(value)) {
            throw reader.refused("argument %d is %s".formatted(index + 1, value.words()));
        }
        return type.cast(value);
    }
}
