package xlmr.nn;

import java.util.ArrayList;
import java.util.List;
import xlmr.autograd.Layout;
import xlmr.autograd.Ops;
import xlmr.autograd.Parameter;
import xlmr.tensor.Tensor;

/// A recurrent layer over packed sequences: torch.nn.LSTM or torch.nn.GRU of one layer, of one
/// direction or two. `[N, in] -> [N, H or 2 H]`
public final class Recurrent implements SequenceLayer {
    private final List<RecurrentDirection> directions;
    private final float dropout;

    private Recurrent(List<RecurrentDirection> directions, float dropout) {
        this.directions = List.copyOf(directions);
        this.dropout = dropout;
    }

    /// Takes a direction's weights by the name that PyTorch gives them.
    public interface Source {
        /// A linear layer.
        ///
        /// @param name `ih` for the product with the input, `hh` for that with the hidden state
        /// @param suffix of the names of its weight and bias, such as `_l0_reverse`
        Linear linear(String name, String suffix, int out, int in);
    }

    /// A layer.
    ///
    /// @param columns of the input
    /// @param hidden H
    /// @param layer its number in a stack, which is in the names of the weights
    /// @param both whether sequences are read backwards as well
    /// @param dropout of the input
    public static Recurrent of(
            Cell cell,
            int columns,
            int hidden,
            int layer,
            boolean both,
            float dropout,
            Source source) {
        List<RecurrentDirection> directions = new ArrayList<>();
        for (String suffix : both ? List.of("", "_reverse") : List.of("")) {
            String names = "_l" + layer + suffix;
            directions.add(
                    new RecurrentDirection(
                            cell,
                            source.linear("ih", names, cell.gates() * hidden, columns),
                            source.linear("hh", names, cell.gates() * hidden, hidden),
                            !suffix.isEmpty()));
        }
        return new Recurrent(directions, dropout);
    }

    @Override
    public Tensor forward(Ops ops, Tensor input, int[] starts) {
        Tensor dropped = ops.dropout(input, dropout); // [N, in]
        List<Tensor> outputs =
                directions.stream()
                        .map(direction -> direction.forward(ops, dropped, starts))
                        .toList(); // of [N, H]
        return outputs.size() == 1
                ? outputs.getFirst() // [N, H]
                : Layout.concatColumns(ops, outputs); // [N, 2 H]
    }

    @Override
    public boolean readsSequences() {
        return true;
    }

    @Override
    public List<Parameter> parameters() {
        return directions.stream().flatMap(one -> one.parameters().stream()).toList();
    }
}
