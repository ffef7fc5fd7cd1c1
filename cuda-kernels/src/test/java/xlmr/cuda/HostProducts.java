package xlmr.cuda;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import xlmr.backend.Backend;
import xlmr.backend.cpu.ScalarBackend;
import xlmr.tensor.HostStorage;
import xlmr.tensor.Tensor;

/// The matrix products, which on a GPU are a library's: computed by the scalar backend on copies.
abstract class HostProducts implements Backend {
    private final Backend host = new ScalarBackend();

    @Override
    public void linear(Tensor input, Tensor weight, @Nullable Tensor bias, Tensor output) {
        change(
                output,
                result ->
                        host.linear(
                                copy(input),
                                copy(weight),
                                bias == null ? null : copy(bias),
                                result));
    }

    @Override
    public void linearInputGradient(Tensor dOutput, Tensor weight, Tensor dInput) {
        change(dInput, result -> host.linearInputGradient(copy(dOutput), copy(weight), result));
    }

    @Override
    public void linearWeightGradient(Tensor dOutput, Tensor input, Tensor dWeight) {
        change(dWeight, result -> host.linearWeightGradient(copy(dOutput), copy(input), result));
    }

    /// Changes a tensor through a copy on the host.
    private void change(Tensor tensor, Consumer<Tensor> operation) {
        Tensor copy = tensor.storage() instanceof DeviceStorage ? blankOrCopy(tensor) : tensor;
        operation.accept(copy);
        write(copy.toArray(), tensor);
    }

    /// An output may be unwritten yet.
    private static Tensor blankOrCopy(Tensor tensor) {
        try {
            return copy(tensor);
        } catch (IllegalStateException unwritten) {
            return blank(tensor);
        }
    }

    private static Tensor blank(Tensor tensor) {
        return new Tensor(tensor.shape(), new HostStorage(new float[tensor.shape().elements()]));
    }

    private static Tensor copy(Tensor tensor) {
        return new Tensor(tensor.shape(), new HostStorage(tensor.toArray()));
    }
}
