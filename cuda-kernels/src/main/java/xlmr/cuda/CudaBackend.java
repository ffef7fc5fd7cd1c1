package xlmr.cuda;

import org.jspecify.annotations.Nullable;
import xlmr.backend.Ranks;
import xlmr.backend.Replays;
import xlmr.tensor.Shape;
import xlmr.tensor.Storage;
import xlmr.tensor.Tensor;

/// Computes on an NVIDIA GPU. Weights go there once; what an operation gives stays there until
/// somebody reads it.
///
/// Several threads may call it; their operations take turns. Everything runs in order on one
/// stream, and only reading waits for it.
final class CudaBackend extends KernelBackend {
    private final CudaDevice device;
    private final @Nullable Ranks ranks;

    CudaBackend(CudaDevice device) {
        this(device, null);
    }

    /// @param ranks the other devices that train the same model, or null
    CudaBackend(CudaDevice device, @Nullable Ranks ranks) {
        this.device = device;
        this.ranks = ranks;
    }

    @Override
    public @Nullable Ranks ranks() {
        return ranks;
    }

    CudaDevice device() {
        return device;
    }

    @Override
    CudaOperation begin() {
        return new CudaOperation(device);
    }

    @Override
    @Nullable HalfFormat attentionFormat() {
        return device.halfFormat();
    }

    @Override
    public String name() {
        return "cuda";
    }

    @Override
    public boolean needsLossScaling() {
        return device.halfFormat() == HalfFormat.FP16;
    }

    /// The GPU's own are not counted.
    @Override
    public int threads() {
        return 1;
    }

    @Override
    public Tensor allocate(Shape shape) {
        return device.allocate(shape);
    }

    @Override
    public void release(Storage storage) {
        if (storage instanceof CudaStorage own && own.device() == device) {
            try (CudaDevice.Entry entry = device.enter()) {
                entry.memory().release(own.block());
            }
        }
    }

    @Override
    public void write(float[] source, Tensor output) {
        try (CudaDevice.Entry entry = device.enter()) {
            entry.staging().copyIn(source, 0, output.shape().elements(), entry.address(output));
        }
    }

    @Override
    public Replays replays() {
        return device.graphs();
    }

    @Override
    public void prepare(Tensor weight) {
        try (CudaDevice.Entry entry = device.enter()) {
            entry.weight(weight);
        }
    }

    @Override
    public void linear(Tensor input, Tensor weight, @Nullable Tensor bias, Tensor output) {
        int rows = input.shape().rows();
        int out = weight.size(0);
        int in = weight.size(1);
        if (count(output) == 0) {
            return;
        }
        try (CudaOperation operation = begin()) {
            CudaDevice.Entry entry = operation.entry();
            if (bias != null) {
                operation.rows(
                        "gatherRows",
                        rows,
                        Operation.ROW_THREADS,
                        bias,
                        new DevicePointer(entry.zeros(rows)),
                        output,
                        out);
            } else if (in == 0) {
                operation.elements("fill", count(output), output, 0f);
            }
            if (in > 0) {
                entry.products()
                        .timesTransposed(
                                entry.operand(input),
                                entry.weight(weight),
                                entry.address(output),
                                rows,
                                in,
                                out,
                                bias != null);
            }
        }
    }

    @Override
    public void linearInputGradient(Tensor dOutput, Tensor weight, Tensor dInput) {
        if (count(dOutput) == 0 || count(dInput) == 0) {
            return;
        }
        try (CudaDevice.Entry entry = device.enter()) {
            entry.products()
                    .addTimes(
                            entry.operand(dOutput),
                            entry.weight(weight),
                            entry.address(dInput),
                            dOutput.shape().rows(),
                            weight.size(1),
                            weight.size(0));
        }
    }

    @Override
    public void linearWeightGradient(Tensor dOutput, Tensor input, Tensor dWeight) {
        if (count(dOutput) == 0 || count(input) == 0) {
            return;
        }
        try (CudaDevice.Entry entry = device.enter()) {
            entry.products()
                    .addTransposedTimes(
                            entry.operand(dOutput),
                            entry.operand(input),
                            entry.address(dWeight),
                            dOutput.shape().rows(),
                            dWeight.size(1),
                            dWeight.size(0));
        }
    }

    @Override
    public void close() {
        try (device) {
            if (ranks != null) {
                ranks.close();
            }
        }
    }
}
