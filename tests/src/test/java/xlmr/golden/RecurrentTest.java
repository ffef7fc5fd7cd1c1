package xlmr.golden;

import static xlmr.golden.Fixtures.assertClose;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import xlmr.autograd.Gradients;
import xlmr.autograd.Ops;
import xlmr.autograd.Parameter;
import xlmr.autograd.Tape;
import xlmr.autograd.Workspace;
import xlmr.backend.Backend;
import xlmr.checkpoint.Checkpoint;
import xlmr.nn.Cell;
import xlmr.nn.FinalStates;
import xlmr.nn.Linear;
import xlmr.nn.Recurrent;
import xlmr.tensor.Shape;
import xlmr.tensor.Tensor;

/// Recurrent layers against torch.nn.LSTM and torch.nn.GRU on packed sequences of unequal length:
/// outputs, final states, and the gradients of inputs and weights.
class RecurrentTest {
    private static final double LIMIT = 1e-5;

    private final Map<String, Parameter> parameters = new HashMap<>();

    @ParameterizedTest
    @CsvSource({
        "lstm, LSTM, false, 4, 1",
        "bilstm, LSTM, true, 4, 1",
        "bilstm2, LSTM, true, 3, 2",
        "gru, GRU, false, 4, 1",
        "bigru, GRU, true, 4, 1",
        "gru2, GRU, false, 5, 2"
    })
    void equalsTorchOnPackedSequences(
            String name, Cell cell, boolean both, int hidden, int layers) {
        Checkpoint file = Checkpoint.open(Fixtures.path("recurrent/" + name + ".safetensors"));
        for (Backend backend : Fixtures.backends()) {
            compare(
                    backend.name() + " " + name,
                    backend,
                    file,
                    stack(file, cell, both, hidden, layers),
                    both);
        }
    }

    private List<Recurrent> stack(
            Checkpoint file, Cell cell, boolean both, int hidden, int layers) {
        parameters.clear();
        List<Recurrent> stack = new ArrayList<>();
        int columns = 6;
        for (int layer = 0; layer < layers; layer++) {
            stack.add(
                    Recurrent.of(
                            cell,
                            columns,
                            hidden,
                            layer,
                            both,
                            0,
                            (part, suffix, out, in) ->
                                    new Linear(
                                            parameter(file, "weight_" + part + suffix, out, in),
                                            parameter(file, "bias_" + part + suffix, out))));
            columns = both ? 2 * hidden : hidden;
        }
        return stack;
    }

    private Parameter parameter(Checkpoint file, String name, int... sizes) {
        Parameter parameter =
                new Parameter(name, Tensor.of(Shape.of(sizes), floats(file.doubles(name))));
        parameters.put(name, parameter);
        return parameter;
    }

    private void compare(
            String what, Backend backend, Checkpoint file, List<Recurrent> stack, boolean both) {
        double[] bounds = file.doubles("starts");
        int[] starts = new int[bounds.length];
        for (int b = 0; b < starts.length; b++) {
            starts[b] = (int) bounds[b];
        }
        Workspace workspace = new Workspace(backend);
        Gradients gradients = new Gradients(backend, parameters.values(), List.of());
        Tape tape = new Tape(backend, workspace, gradients);
        Ops ops = Ops.recording(backend, workspace, tape);
        Tensor input = tensor(file, "input", 6); // [N, 6]
        tape.watch(input);
        Tensor output = input; // [N, in]
        for (Recurrent layer : stack) {
            output = layer.forward(ops, output, starts); // [N, H or 2 H]
        }
        Tensor last = new FinalStates(both).forward(ops, output, starts); // [B, H or 2 H]
        assertClose(what + " output", output.toArray(), file.doubles("output"), LIMIT);
        assertClose(what + " final", last.toArray(), file.doubles("final"), LIMIT);
        tape.seed(output, tensor(file, "output_weights", output.size(1)));
        tape.seed(last, tensor(file, "final_weights", output.size(1)));
        tape.backward();
        Tensor dInput = tape.gradient(input); // [N, 6]
        assertClose(what + " input", dInput.toArray(), file.doubles("grad.input"), LIMIT);
        gradients
                .allDense()
                .forEach(
                        (parameter, gradient) ->
                                assertClose(
                                        what + " " + parameter.name(),
                                        gradient.toArray(),
                                        file.doubles("grad." + parameter.name()),
                                        LIMIT));
    }

    @Test
    void theFixtureCoversEveryGradient() {
        Checkpoint file = Checkpoint.open(Fixtures.path("recurrent/bilstm.safetensors"));
        stack(file, Cell.LSTM, true, 4, 1);
        org.assertj.core.api.Assertions.assertThat(parameters.keySet())
                .allMatch(name -> file.contains("grad." + name))
                .hasSize(8);
    }

    private static Tensor tensor(Checkpoint file, String name, int columns) {
        float[] values = floats(file.doubles(name));
        return Tensor.of(Shape.of(values.length / columns, columns), values); // [N, columns]
    }

    private static float[] floats(double[] values) {
        float[] narrow = new float[values.length];
        for (int i = 0; i < narrow.length; i++) {
            narrow[i] = (float) values[i];
        }
        return narrow;
    }
}
