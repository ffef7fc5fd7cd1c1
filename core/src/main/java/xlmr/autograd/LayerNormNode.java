package xlmr.autograd;

import java.util.List;
import xlmr.tensor.Tensor;

/// Y = (X - mean) rstd w + b per row; gradients in [xlmr.backend.Backend#layerNormGradient].
record LayerNormNode(
        Tensor input, Parameter weight, Parameter bias, Tensor output, Tensor mean, Tensor rstd)
        implements Node {
    @Override
    public List<Tensor> reads() {
        return List.of(input);
    }

    @Override
    public List<Tensor> statistics() {
        return List.of(mean, rstd);
    }

    @Override
    public void backward(Tape tape, Tensor dOutput) {
        tape.backend()
                .layerNormGradient(
                        dOutput,
                        tape.value(input),
                        weight.value(),
                        mean,
                        rstd,
                        tape.gradient(input),
                        tape.parameters().dense(weight),
                        tape.parameters().dense(bias));
    }
}
