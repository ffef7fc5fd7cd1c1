package xlmr.onnx;

import java.util.Arrays;
import java.util.List;

/// A setting of a node that is fixed in the graph.
sealed interface OnnxAttribute {
    /// As the operator's documentation calls it.
    String name();

    /// A whole number.
    record Integer(String name, long value) implements OnnxAttribute {}

    /// A list of whole numbers.
    record Integers(String name, List<Long> values) implements OnnxAttribute {
        /// Copies the list.
        public Integers {
            values = List.copyOf(values);
        }
    }

    /// A float32.
    record Number(String name, float value) implements OnnxAttribute {}

    /// The axis that an operator works along; a negative one counts from the end.
    static OnnxAttribute axis(int axis) {
        return new Integer("axis", axis);
    }

    /// The order of axes that a transposition makes.
    static OnnxAttribute permutation(long... axes) {
        return new Integers("perm", Arrays.stream(axes).boxed().toList());
    }
}
