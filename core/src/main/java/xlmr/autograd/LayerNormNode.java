package xlmr.autograd;

import xlmr.tensor.Tensor;

/// Y = (X - mean) rstd w + b per row; gradients in [xlmr.backend.Backend#layerNormGradient].
record LayerNormNode(
        Tensor input, Parameter weight, Parameter bias, Tensor output, Tensor mean, Tensor rstd)
        implements Node {
    @Override
    public void backward(Tape tape, Tensor dOutput) {
        tape.backend()
                .layerNormGradient(
                        dOutput,
                        input,
                        weight.value(),
                        mean,
                        rstd,
                        tape.gradient(input),
                        tape.parameters().dense(weight),
                        tape.parameters().dense(bias));
    }
}
