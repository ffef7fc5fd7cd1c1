package xlmr.cuda;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import xlmr.backend.Backend;
import xlmr.backend.cpu.ScalarBackend;
import xlmr.ptx.machine.LaunchReport;
import xlmr.tensor.HostStorage;
import xlmr.tensor.Shape;
import xlmr.tensor.Tensor;

/// The CUDA kernels as a backend, launched right in the emulator, without a driver between. Matrix
/// products, which are not theirs, are done on the host.
public final class EmulatedBackend extends KernelBackend {
    private final Backend host = new ScalarBackend();
    private final Launcher launcher;
    private final @Nullable HalfFormat attentionFormat;

    /// The kernels as they are.
    public EmulatedBackend() {
        this(Map.of());
    }

    /// The kernels, with other PTX for some families.
    public EmulatedBackend(Map<String, String> replaced) {
        this(replaced, null);
    }

    /// The same with a format for attention.
    public EmulatedBackend(Map<String, String> replaced, @Nullable HalfFormat attentionFormat) {
        launcher = new Launcher(replaced);
        this.attentionFormat = attentionFormat;
    }

    /// With attention on tensor cores.
    public EmulatedBackend(HalfFormat attentionFormat) {
        this(Map.of(), attentionFormat);
    }

    /// Changes how many instructions of warps a launch may run.
    public void limitInstructions(long limit) {
        launcher.limitInstructions(limit);
    }

    @Override
    Operation begin() {
        return new EmulatedOperation(launcher);
    }

    @Override
    @Nullable HalfFormat attentionFormat() {
        return attentionFormat;
    }

    @Override
    public String name() {
        return "emulated-cuda";
    }

    @Override
    public int threads() {
        return 1;
    }

    @Override
    public Tensor allocate(Shape shape) {
        return new Tensor(shape, new DeviceStorage(launcher.allocate(shape.elements() * 4L)));
    }

    @Override
    public void write(float[] source, Tensor output) {
        launcher.pointer(output).write(source);
    }

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

    /// What was launched since the last time.
    public List<LaunchReport> takeReports() {
        return launcher.takeReports();
    }

    /// Gives all memory back; no tensor may be used any more.
    public void freeAll() {
        launcher.freeAll();
    }

    @Override
    public void close() {
        freeAll();
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
