package xlmr.cuda;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import xlmr.backend.AttentionShape;
import xlmr.backend.DropoutMask;
import xlmr.ptx.Device;
import xlmr.ptx.DeviceBuffer;
import xlmr.ptx.machine.Dimensions;
import xlmr.ptx.machine.LaunchReport;

/// Attention on the tensor cores of an emulated device, forward and backward.
final class EmulatedTensorCores {
    private final Device device = new Device(1, 50_000_000);
    private final CompiledKernels kernels;
    private final List<LaunchReport> reports = new ArrayList<>();

    EmulatedTensorCores(Map<String, String> replaced) {
        kernels = new CompiledKernels(device, replaced);
    }

    List<LaunchReport> reports() {
        return reports;
    }

    /// @param operands query, key, value and dOutput
    /// @return output, dQuery, dKey, dValue (each added to ones) and logSumExp
    float[][] attention(
            HalfFormat format,
            float[][] operands,
            AttentionShape shape,
            int size,
            DropoutMask dropout) {
        int madeFor = size <= 32 ? 32 : size <= 64 ? 64 : 128;
        String name = format.kernels() + "Size" + madeFor;
        DeviceBuffer[] halves = new DeviceBuffer[4];
        for (int i = 0; i < 4; i++) {
            halves[i] = device.allocate(2L * operands[i].length);
            elements(
                    "narrowTo" + format.kernels(),
                    operands[i].length,
                    device.upload(operands[i]),
                    halves[i]);
        }
        int rows = shape.tokens() * shape.heads();
        DeviceBuffer output = device.allocate(4L * rows * size);
        DeviceBuffer logSumExp = device.allocate(4L * rows);
        DeviceBuffer deltas = device.allocate(4L * rows);
        DeviceBuffer dQuery = ones(operands[0].length);
        DeviceBuffer dKey = ones(operands[1].length);
        DeviceBuffer dValue = ones(operands[1].length);
        List<int[]> queries = tiles(shape.starts());
        byte[] ofQueries = struct(shape, size, dropout, queries);
        int passing = madeFor <= 64 ? 64 : 32;
        launch(
                "attention" + name,
                queries.size(),
                shape.heads(),
                2 * madeFor * (64 + 4 * passing),
                halves[0],
                halves[1],
                halves[2],
                ofQueries,
                output,
                logSumExp);
        launch(
                "attentionDeltas",
                (rows + 3) / 4,
                1,
                0,
                output,
                device.upload(operands[3]),
                deltas,
                rows,
                size);
        int shared = 2 * madeFor * (2 * 64 + 4 * 32);
        launch(
                "attentionQueryGradient" + name,
                queries.size(),
                shape.heads(),
                shared,
                halves[0],
                halves[1],
                halves[2],
                ofQueries,
                logSumExp,
                deltas,
                halves[3],
                dQuery);
        List<int[]> keys = tiles(shape.keyStarts());
        launch(
                "attentionKeyValueGradient" + name,
                keys.size(),
                shape.heads(),
                shared + 4 * 4 * 32,
                halves[0],
                halves[1],
                halves[2],
                struct(shape, size, dropout, keys),
                logSumExp,
                deltas,
                halves[3],
                dKey,
                dValue);
        return new float[][] {
            output.floats(), dQuery.floats(), dKey.floats(), dValue.floats(), logSumExp.floats()
        };
    }

    private DeviceBuffer ones(int n) {
        float[] ones = new float[n];
        Arrays.fill(ones, 1);
        return device.upload(ones);
    }

    private void elements(String kernel, int n, DeviceBuffer from, DeviceBuffer to) {
        reports.add(
                device.launch(
                        kernels.get(kernel),
                        Dimensions.of((n + 255) / 256),
                        Dimensions.of(256),
                        0,
                        from,
                        to,
                        n));
    }

    private void launch(String kernel, int gridX, int gridY, int shared, Object... arguments) {
        reports.add(
                device.launch(
                        kernels.get(kernel),
                        Dimensions.of(gridX, gridY),
                        Dimensions.of(128),
                        shared,
                        arguments));
    }

    private static List<int[]> tiles(int[] starts) {
        List<int[]> tiles = new ArrayList<>();
        for (int b = 0; b + 1 < starts.length; b++) {
            for (int row = 0; row < starts[b + 1] - starts[b]; row += 64) {
                tiles.add(new int[] {b, row});
            }
        }
        return tiles;
    }

    private byte[] struct(AttentionShape shape, int size, DropoutMask dropout, List<int[]> tiles) {
        int[] flat = tiles.stream().flatMapToInt(Arrays::stream).toArray();
        ByteBuffer struct = ByteBuffer.allocate(56).order(ByteOrder.LITTLE_ENDIAN);
        struct.putLong(device.upload(flat).address());
        struct.putLong(device.upload(shape.starts()).address());
        struct.putLong(device.upload(shape.keyStarts()).address());
        struct.putInt(shape.heads());
        struct.putInt(size);
        struct.putInt(shape.causal() ? 1 : 0);
        struct.putFloat((float) (1 / Math.sqrt(size)));
        struct.putInt(dropout.low());
        struct.putInt(dropout.high());
        struct.putInt(dropout.threshold());
        struct.putFloat(dropout.scale());
        return struct.array();
    }
}
