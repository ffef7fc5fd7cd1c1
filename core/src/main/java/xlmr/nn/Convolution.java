package xlmr.nn;

import java.util.ArrayList;
import java.util.List;
import xlmr.autograd.Layout;
import xlmr.autograd.Ops;
import xlmr.autograd.Parameter;
import xlmr.backend.Activation;
import xlmr.tensor.Tensor;

/// Convolutions over the rows of each sequence, of several widths, with zeros around the sequence
/// and max(x, 0) after them; their channels side by side (Kim 2014). `[N, C] -> [N, channels]`
///
/// @param filters of each width, `[channels, width C]`: the columns of the first neighbour first
/// @param widths how many neighbouring rows each reads
/// @param dropout of the input
public record Convolution(List<Linear> filters, List<Integer> widths, float dropout)
        implements SequenceLayer {
    /// Checks that the lists fit each other.
    public Convolution {
        if (filters.size() != widths.size() || filters.isEmpty()) {
            throw new IllegalArgumentException(
                    "convolution: %d filters, %d widths; expected as many, and at least one"
                            .formatted(filters.size(), widths.size()));
        }
        filters = List.copyOf(filters);
        widths = List.copyOf(widths);
    }

    @Override
    public Tensor forward(Ops ops, Tensor input, int[] starts) {
        Tensor dropped = ops.dropout(input, dropout); // [N, C]
        List<Tensor> outputs = new ArrayList<>();
        for (int i = 0; i < filters.size(); i++) {
            int width = widths.get(i);
            Tensor windows = Layout.windows(ops, dropped, starts, width); // [N, width C]
            Tensor filtered = filters.get(i).forward(ops, windows); // [N, channels i]
            outputs.add(ops.activation(Activation.RELU, filtered)); // [N, channels i]
        }
        return outputs.size() == 1
                ? outputs.getFirst() // [N, channels]
                : Layout.concatColumns(ops, outputs); // [N, channels]
    }

    @Override
    public boolean readsSequences() {
        return true;
    }

    @Override
    public List<Parameter> parameters() {
        return filters.stream().flatMap(filter -> filter.parameters().stream()).toList();
    }
}
