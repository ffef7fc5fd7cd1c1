package xlmr.autograd;

import java.util.List;
import xlmr.backend.SegmentReduction;
import xlmr.tensor.Tensor;

/// Y[b] = mean or max of X[n] over the rows of segment b.
record ReduceSegmentsNode(SegmentReduction reduction, Tensor input, int[] starts, Tensor output)
        implements Node {
    @Override
    public List<Tensor> reads() {
        return List.of(input);
    }

    @Override
    public void backward(Tape tape, Tensor dOutput) {
        Tensor dInput = tape.gradient(input); // [as the input]
        if (dInput != null) {
            tape.backend()
                    .reduceSegmentsGradient(reduction, tape.value(input), starts, dOutput, dInput);
        }
    }

    /// Refuses segments that are empty or do not cover the rows.
    static void check(Tensor input, int[] starts) {
        boolean fits =
                starts.length > 0 && starts[0] == 0 && starts[starts.length - 1] == input.size(0);
        for (int b = 1; b < starts.length; b++) {
            fits &= starts[b] > starts[b - 1];
        }
        if (!fits) {
            throw new IllegalArgumentException(
                    "reduceSegments: expected ascending starts from 0 to %d, the rows of %s"
                            .formatted(input.size(0), input.shape()));
        }
    }
}
