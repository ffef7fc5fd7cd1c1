package xlmr.checkpoint;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import xlmr.checkpoint.PickleValue.ElementType;
import xlmr.checkpoint.PickleValue.Global;
import xlmr.checkpoint.PickleValue.StorageType;
import xlmr.tensor.DType;

/// The functions and types that a pickle of tensors may name. Each is only a mark for what
/// [TorchObjects] does in its place: no name from a file is ever looked up anywhere but here.
enum TorchGlobal {
    ORDERED_DICT("collections", "OrderedDict"),
    REBUILD_TENSOR("torch._utils", "_rebuild_tensor"),
    REBUILD_TENSOR_V2("torch._utils", "_rebuild_tensor_v2"),
    REBUILD_TENSOR_V3("torch._utils", "_rebuild_tensor_v3"),
    REBUILD_PARAMETER("torch._utils", "_rebuild_parameter"),
    REBUILD_PARAMETER_WITH_STATE("torch._utils", "_rebuild_parameter_with_state"),
    /// A tensor with attributes of its own, which are ignored.
    REBUILD_FROM_TYPE("torch._tensor", "_rebuild_from_type_v2"),
    TENSOR("torch", "Tensor"),
    PARAMETER("torch.nn.parameter", "Parameter"),
    SIZE("torch", "Size"),
    DEVICE("torch", "device"),
    /// How protocol 2 writes bytes.
    ENCODE("_codecs", "encode");

    private static final Map<String, PickleValue> BY_NAME = byName();

    private final String module;
    private final String name;

    TorchGlobal(String module, String name) {
        this.module = module;
        this.name = name;
    }

    String qualifiedName() {
        return module + "." + name;
    }

    /// What a name stands for; null if it may not be named.
    static @Nullable PickleValue of(String module, String name) {
        // A line break cannot be in either, so that no two pairs are mixed up.
        return BY_NAME.get(module + "\n" + name);
    }

    private static Map<String, PickleValue> byName() {
        Map<String, PickleValue> names = new HashMap<>();
        for (TorchGlobal global : values()) {
            names.put(global.module + "\n" + global.name, new Global(global));
        }
        storage(names, "Double", "float64", DType.F64);
        storage(names, "Float", "float32", DType.F32);
        storage(names, "Half", "float16", DType.F16);
        storage(names, "BFloat16", "bfloat16", DType.BF16);
        storage(names, "Long", "int64", DType.I64);
        storage(names, "Int", "int32", DType.I32);
        storage(names, "Short", "int16", DType.I16);
        storage(names, "Char", "int8", DType.I8);
        storage(names, "Byte", "uint8", DType.U8);
        storage(names, "Bool", "bool", DType.BOOL);
        names.put("torch\nuint16", new ElementType(DType.U16));
        names.put("torch\nuint32", new ElementType(DType.U32));
        names.put("torch\nuint64", new ElementType(DType.U64));
        names.put("torch\nUntypedStorage", new StorageType(DType.U8));
        names.put("torch.storage\nUntypedStorage", new StorageType(DType.U8));
        return names;
    }

    private static void storage(
            Map<String, PickleValue> names, String storage, String elements, DType dtype) {
        names.put("torch\n" + storage + "Storage", new StorageType(dtype));
        names.put("torch\n" + elements, new ElementType(dtype));
    }
}
