package xlmr.checkpoint;

import java.util.regex.Pattern;

/// A variable of TensorFlow under the name that PyTorch has for it (transformers,
/// modeling_tf_pytorch_utils.py):
/// `tfxlm_roberta_model/roberta/encoder/layer_._0/output/dense/kernel:0` is
/// `roberta.encoder.layer.0.output.dense.weight`, transposed.
///
/// @param name with dots, without the scope of the class that saved it
/// @param kernel whether this is the matrix of a linear layer, which TensorFlow keeps as `[in,
///   out]`
record TensorFlowName(String name, boolean kernel) {
    /// The class in Keras's spelling, perhaps numbered: `tfxlm_roberta_for_masked_lm_1`.
    private static final Pattern SCOPE = Pattern.compile("^tf_?[a-z0-9]+_[a-z0-9_]+/");

    private static final Pattern OUTPUT = Pattern.compile(":\\d+$");

    static TensorFlowName of(String variable) {
        String path = OUTPUT.matcher(variable).replaceFirst("");
        path = SCOPE.matcher(path).replaceFirst("");
        String dotted = path.replace("_._", ".").replace('/', '.');
        int last = dotted.lastIndexOf('.') + 1;
        String leaf = dotted.substring(last);
        return new TensorFlowName(
                dotted.substring(0, last)
                        + switch (leaf) {
                            case "kernel", "gamma", "embeddings" -> "weight";
                            case "beta" -> "bias";
                            default -> leaf;
                        },
                leaf.equals("kernel"));
    }
}
