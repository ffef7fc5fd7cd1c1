package xlmr.backend.cpu;

import xlmr.tensor.HostStorage;
import xlmr.tensor.Tensor;

/// The Java arrays under tensors, as the scalar kernels see them. An array may be longer than its
/// tensor.
final class Elements {
    private Elements() {}

    /// The elements to read, from index 0: the array itself, or a decoded copy of a mapped tensor.
    static float[] of(Tensor tensor) {
        return tensor.storage() instanceof HostStorage host ? host.values() : tensor.toArray();
    }

    /// The array to write to.
    static float[] writable(Tensor tensor) {
        if (tensor.storage() instanceof HostStorage host) {
            return host.values();
        }
        throw new IllegalArgumentException(
                "scalar backend: expected an output in host memory, found %s in %s"
                        .formatted(tensor.shape(), tensor.storage().getClass().getSimpleName()));
    }

    /// Product of all sizes but the last; 1 for a scalar.
    static int rows(Tensor tensor) {
        return tensor.shape().rows();
    }

    /// Size of the last axis.
    static int columns(Tensor tensor) {
        return tensor.size(-1);
    }

    /// Number of elements, which may be less than the array's.
    static int count(Tensor tensor) {
        return tensor.shape().elements();
    }
}
