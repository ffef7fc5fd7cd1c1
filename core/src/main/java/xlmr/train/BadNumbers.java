package xlmr.train;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import xlmr.autograd.Gradients;
import xlmr.autograd.Node;
import xlmr.autograd.Parameter;
import xlmr.autograd.RowGradient;
import xlmr.autograd.Tape;
import xlmr.autograd.Workspace;
import xlmr.backend.Backend;
import xlmr.model.TaskModel;
import xlmr.tensor.Tensor;

/// Finds where numbers stopped being finite, once a loss or a gradient has shown that they did: by
/// computing once more and looking, so that an ordinary step costs nothing.
///
/// @param step the update that failed, from 1
/// @param epoch from 1
/// @param rate of the run
record BadNumbers(
        Backend backend, Workspace workspace, TaskModel model, long step, int epoch, double rate) {

    /// Why a loss is not finite: the first operation, in forward order, whose result is not.
    ///
    /// @param head whose loss it is; empty for the only one
    /// @param again computes the same loss once more, shown to a tape
    TrainingException ofLoss(String head, double loss, Function<Tape, Tensor> again) {
        for (Parameter parameter : model.parameters()) {
            if (!isFinite(parameter.value())) {
                return ofWeights(parameter);
            }
        }
        FirstBad search = new FirstBad();
        var _ = again.apply(Tape.watching(backend, workspace, search));
        Node found = search.found;
        String message =
                found == null
                        ? "no operation shows why"
                        : found.output().shape().elements() == 1
                                ? "all logits are numbers, so it is the labels: a number among them"
                                        + " is not finite or far too large; check the label column"
                                : "the first numbers that are not finite are in the result of %s; %s"
                                        .formatted(search.place(), remedy());
        workspace.reset();
        String whose = head.isEmpty() ? "" : " of the head '%s'".formatted(head);
        return failure("the loss%s is %s".formatted(whose, loss), message);
    }

    /// Why a gradient's norm is not finite: the first gradient, in backward order, that is not.
    TrainingException ofGradients(Gradients gradients, double norm) {
        List<Map.Entry<Parameter, Tensor>> dense = new ArrayList<>(gradients.allDense().entrySet());
        for (Map.Entry<Parameter, Tensor> entry : dense.reversed()) {
            if (!isFinite(entry.getValue())) {
                return ofGradient(entry.getKey());
            }
        }
        for (Map.Entry<Parameter, RowGradient> entry : gradients.allByRow().entrySet()) {
            if (!isFinite(entry.getValue().values())) {
                return ofGradient(entry.getKey());
            }
        }
        return failure("the gradient's norm is %s".formatted(norm), remedy());
    }

    private TrainingException ofGradient(Parameter parameter) {
        return failure(
                "the loss is a number but its gradient is not",
                "going back from the loss, the first that is not finite is that of %s; %s"
                        .formatted(parameter.name(), remedy()));
    }

    /// A weight that is not finite.
    TrainingException ofWeights(Parameter parameter) {
        return failure(
                "%s holds numbers that are not finite".formatted(parameter.name()),
                step == 1
                        ? "they come from the checkpoint, which is damaged: look with xlmr inspect,"
                                + " and take another copy"
                        : "the update before made them: " + remedy());
    }

    private String remedy() {
        return step == 1
                ? ("nothing has been learned yet, so the checkpoint's weights or the texts are"
                                + " unusual: look with xlmr inspect, or lower the learning rate (now %s)")
                        .formatted(rate)
                : "the learning rate is too high (now %s): try a tenth of it".formatted(rate);
    }

    private TrainingException failure(String what, String why) {
        return new TrainingException(
                "training: at step %d (epoch %d) %s: %s".formatted(step, epoch, what, why));
    }

    private boolean isFinite(Tensor tensor) {
        return Double.isFinite(backend.sumOfSquares(tensor));
    }

    /// Is shown the operations in order.
    private final class FirstBad implements Consumer<Node> {
        private @Nullable Node found;
        private @Nullable Parameter lastWeight;

        @Override
        public void accept(Node node) {
            if (found == null) {
                Parameter weight = node.weight();
                lastWeight = weight == null ? lastWeight : weight;
                found = isFinite(node.output()) ? null : node;
            }
        }

        /// Such as `attention, after roberta.encoder.layer.3.attention.self.value.weight`.
        String place() {
            Node node = found;
            Parameter weight = lastWeight;
            if (node == null) {
                return "";
            }
            String words =
                    node.getClass()
                            .getSimpleName()
                            .replaceFirst("Node$", "")
                            .replaceAll("(?<=[a-z])(?=[A-Z])", " ")
                            .toLowerCase(Locale.ROOT);
            if (weight == null) {
                return words;
            }
            return "%s %s %s"
                    .formatted(words, node.weight() == null ? "after" : "with", weight.name());
        }
    }
}
