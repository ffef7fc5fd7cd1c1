package xlmr.onnx;

import java.util.List;

/// A place in the model, such as `/roberta/encoder/layer.0/attention/self`: nodes that are added
/// here are named after it.
///
/// @param graph that is added to
/// @param path without a slash at its end
record GraphScope(OnnxGraph graph, String path) {
    /// A place inside this one.
    GraphScope in(String name) {
        return new GraphScope(graph, path + "/" + name);
    }

    /// Adds a node without settings.
    ///
    /// @return the name of what comes out
    String add(String operator, String... inputs) {
        return graph.add(path + "/" + operator, operator, List.of(), inputs);
    }

    /// Adds a node with one setting.
    String add(String operator, OnnxAttribute attribute, String... inputs) {
        return graph.add(path + "/" + operator, operator, List.of(attribute), inputs);
    }

    /// Adds a node with two settings.
    String add(String operator, OnnxAttribute first, OnnxAttribute second, String... inputs) {
        return graph.add(path + "/" + operator, operator, List.of(first, second), inputs);
    }
}
