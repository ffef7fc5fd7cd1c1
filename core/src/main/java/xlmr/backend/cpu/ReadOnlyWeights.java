package xlmr.backend.cpu;

import java.util.Map;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;
import xlmr.tensor.HostStorage;
import xlmr.tensor.Shape;
import xlmr.tensor.Storage;
import xlmr.tensor.Tensor;

/// What is kept of parameters that never change: the panels of matrices and the decoded elements of
/// vectors, each made on first use, straight from where the parameter lies, and forgotten with its
/// storage.
final class ReadOnlyWeights {
    /// Larger matrices (the vocabulary) are packed piece by piece whenever they are used.
    private static final int LARGEST = 1 << 26;

    private final Map<Storage, Copies> copies = new WeakHashMap<>();
    private final Gemm gemm;

    ReadOnlyWeights(Gemm gemm) {
        this.gemm = gemm;
    }

    /// Of one storage. Its lock is held while a copy is made, so that others wait for it instead of
    /// making it again.
    private static final class Copies {
        private float @Nullable [] values;
        private final Shape shape;
        private float @Nullable [] rows;
        private float @Nullable [] columns;

        Copies(Shape shape) {
            this.shape = shape;
        }
    }

    /// The copies of a tensor's storage. They belong to the shape in which it was used first.
    private Copies of(Tensor tensor) {
        synchronized (copies) {
            return copies.computeIfAbsent(tensor.storage(), key -> new Copies(tensor.shape()));
        }
    }

    /// All elements of a tensor, to be read only: the array of a host tensor itself.
    float[] values(Tensor tensor) {
        Storage storage = tensor.storage();
        if (storage instanceof HostStorage host) {
            return host.values();
        }
        if (!storage.isReadOnly()) {
            return tensor.toArray();
        }
        Copies own = of(tensor);
        synchronized (own) {
            if (own.values == null || own.values.length < tensor.shape().elements()) {
                own.values = tensor.toArray();
            }
            return own.values;
        }
    }

    /// Panels of a matrix `[N, K]` as right side of a product that sums over K, or null if it may
    /// change or is kept under another shape.
    float @Nullable [] rowPanels(Tensor matrix) {
        if (!isKept(matrix)) {
            return null;
        }
        Copies own = of(matrix);
        if (!own.shape.equals(matrix.shape())) {
            return null;
        }
        synchronized (own) {
            if (own.rows == null) {
                own.rows = gemm.packColumns(Operand.rows(matrix), matrix.size(0), matrix.size(1));
            }
            return own.rows;
        }
    }

    /// Panels of a matrix `[K, N]` as right side of a product that sums over K, or null if it may
    /// change or is kept under another shape.
    float @Nullable [] columnPanels(Tensor matrix) {
        if (!isKept(matrix)) {
            return null;
        }
        Copies own = of(matrix);
        if (!own.shape.equals(matrix.shape())) {
            return null;
        }
        synchronized (own) {
            if (own.columns == null) {
                own.columns =
                        gemm.packColumns(Operand.columns(matrix), matrix.size(1), matrix.size(0));
            }
            return own.columns;
        }
    }

    private static boolean isKept(Tensor matrix) {
        return matrix.storage().isReadOnly() && matrix.shape().elements() <= LARGEST;
    }
}
