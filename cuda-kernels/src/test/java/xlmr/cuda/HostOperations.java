package xlmr.cuda;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import xlmr.backend.AttentionShape;
import xlmr.backend.Backend;
import xlmr.backend.DropoutMask;
import xlmr.backend.cpu.ScalarBackend;
import xlmr.tensor.HostStorage;
import xlmr.tensor.Tensor;

/// What a GPU's backend leaves to libraries, and what has no kernel yet: computed by the scalar backend on copies.
abstract class HostOperations implements Backend {
    private final Backend host = new ScalarBackend();

    @Override
    public void linear(Tensor input, Tensor weight, @Nullable Tensor bias, Tensor output) {
        change(
                output,
                result ->
                        host.linear(copy(input), copy(weight), bias == null ? null : copy(bias), result));
    }

    @Override
    public void linearInputGradient(Tensor dOutput, Tensor weight, Tensor dInput) {
        change(dInput, result -> host.linearInputGradient(copy(dOutput), copy(weight), result));
    }

    @Override
    public void linearWeightGradient(Tensor dOutput, Tensor input, Tensor dWeight) {
        change(dWeight, result -> host.linearWeightGradient(copy(dOutput), copy(input), result));
    }

    @Override
    public void attention(
            Tensor query,
            Tensor key,
            Tensor value,
            AttentionShape shape,
            DropoutMask dropout,
            Tensor output,
            Tensor logSumExp) {
        Tensor logarithms = blank(logSumExp);
        change(
                output,
                result ->
                        host.attention(
                                copy(query), copy(key), copy(value), shape, dropout, result, logarithms));
        write(logarithms.toArray(), logSumExp);
    }

    @Override
    public void attentionGradient(
            Tensor query,
            Tensor key,
            Tensor value,
            Tensor output,
            Tensor logSumExp,
            Tensor dOutput,
            AttentionShape shape,
            DropoutMask dropout,
            Tensor dQuery,
            Tensor dKey,
            Tensor dValue) {
        Tensor keyGradient = copy(dKey);
        Tensor valueGradient = copy(dValue);
        change(
                dQuery,
                result ->
                        host.attentionGradient(
                                copy(query),
                                copy(key),
                                copy(value),
                                copy(output),
                                copy(logSumExp),
                                copy(dOutput),
                                shape,
                                dropout,
                                result,
                                keyGradient,
                                valueGradient));
        write(keyGradient.toArray(), dKey);
        write(valueGradient.toArray(), dValue);
    }

    @Override
    public void attentionProbabilities(Tensor query, Tensor key, AttentionShape shape, Tensor output) {
        change(output, result -> host.attentionProbabilities(copy(query), copy(key), shape, result));
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
