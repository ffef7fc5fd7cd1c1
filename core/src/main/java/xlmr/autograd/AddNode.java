package xlmr.autograd;

import java.util.List;
import xlmr.tensor.Tensor;

/// Y = L + f R. dL += dY; dR += f dY.
record AddNode(Tensor left, float factor, Tensor right, Tensor output) implements Node {
    @Override
    public List<Tensor> reads() {
        return List.of();
    }

    @Override
    public void backward(Tape tape, Tensor dOutput) {
        Tensor dLeft = tape.gradient(left); // [as left]
        if (dLeft != null) {
            tape.backend().addScaled(dOutput, 1, dLeft);
        }
        Tensor dRight = tape.gradient(right); // [as right]
        if (dRight != null) {
            tape.backend().addScaled(dOutput, factor, dRight);
        }
    }
}
