package xlmr.onnx;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import xlmr.tensor.DType;

/// An ONNX graph under construction: nodes in the order in which they compute, the constants that
/// they read, and what goes in and comes out. Every array has a name, and a node reads only what
/// was there before it.
final class OnnxGraph {
    /// An operator applied to arrays.
    ///
    /// @param name where in the model it is: `/roberta/encoder/layer.0/output/dense/MatMul`
    /// @param operator such as `MatMul`
    /// @param output the one array that comes out
    record Node(
            String name,
            String operator,
            List<String> inputs,
            String output,
            List<OnnxAttribute> attributes) {
        Node renamed(String from, String to) {
            List<String> read =
                    inputs.stream().map(input -> input.equals(from) ? to : input).toList();
            return new Node(name, operator, read, output.equals(from) ? to : output, attributes);
        }
    }

    /// Type and shape of an array.
    record Value(String name, DType type, List<Axis> shape) {
        Value {
            shape = List.copyOf(shape);
        }
    }

    private final List<Node> nodes = new ArrayList<>();
    private final Map<String, OnnxInitializer> initializers = new LinkedHashMap<>();
    private final List<Value> inputs = new ArrayList<>();
    private final List<Value> outputs = new ArrayList<>();
    private final List<Value> described = new ArrayList<>();
    private final Set<String> names = new HashSet<>();

    /// Adds an array that the caller gives.
    String input(String name, DType type, Axis... shape) {
        claim(name);
        inputs.add(new Value(name, type, List.of(shape)));
        return name;
    }

    /// Adds a node after all others.
    ///
    /// @param name made unique by a number, if a node has it already
    /// @return the name of the array that comes out: the node's
    String add(String name, String operator, List<OnnxAttribute> attributes, String... arrays) {
        for (String array : arrays) {
            assert names.contains(array) : "%s reads %s".formatted(name, array);
        }
        String unique = name;
        for (int number = 1; names.contains(unique); number++) {
            unique = name + "_" + number;
        }
        claim(unique);
        nodes.add(new Node(unique, operator, List.of(arrays), unique, List.copyOf(attributes)));
        return unique;
    }

    /// Adds a constant array, once: a second one of the same name is the same.
    String constant(OnnxInitializer initializer) {
        if (initializers.putIfAbsent(initializer.name(), initializer) == null) {
            claim(initializer.name());
        }
        return initializer.name();
    }

    /// A number of a formula, as a scalar.
    String number(float value) {
        return constant(
                new OnnxInitializer(
                        "constant/" + value,
                        DType.F32,
                        new long[0],
                        new OnnxElements.Number(value)));
    }

    /// A whole number, as a scalar.
    String integer(long value) {
        return constant(
                new OnnxInitializer(
                        "constant/" + value, DType.I64, new long[0], OnnxElements.integers(value)));
    }

    /// Whole numbers in one axis: a shape, or a list of axes.
    String integers(long... values) {
        return constant(
                new OnnxInitializer(
                        "constant/" + Arrays.toString(values),
                        DType.I64,
                        new long[] {values.length},
                        OnnxElements.integers(values)));
    }

    /// States type and shape of an array, for those who look at the graph.
    void describe(String name, DType type, Axis... shape) {
        described.add(new Value(name, type, List.of(shape)));
    }

    /// Makes an array a result, under a name of its own.
    void output(String name, String array, DType type, Axis... shape) {
        claim(name);
        nodes.replaceAll(node -> node.renamed(array, name));
        described.removeIf(value -> value.name().equals(array));
        names.remove(array);
        outputs.add(new Value(name, type, List.of(shape)));
    }

    List<Node> nodes() {
        return Collections.unmodifiableList(nodes);
    }

    Collection<OnnxInitializer> initializers() {
        return Collections.unmodifiableCollection(initializers.values());
    }

    List<Value> inputs() {
        return Collections.unmodifiableList(inputs);
    }

    List<Value> outputs() {
        return Collections.unmodifiableList(outputs);
    }

    /// Arrays inside whose shape is stated.
    List<Value> described() {
        return Collections.unmodifiableList(described);
    }

    private void claim(String name) {
        boolean free = names.add(name);
        assert free : name;
    }
}
