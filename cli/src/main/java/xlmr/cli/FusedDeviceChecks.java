package xlmr.cli;

import java.util.List;
import xlmr.backend.Activation;
import xlmr.backend.AdamWStep;
import xlmr.backend.AdamWUpdate;
import xlmr.backend.Backend;
import xlmr.backend.DropoutMask;
import xlmr.backend.MissedSteps;
import xlmr.backend.RowMoments;
import xlmr.tensor.Tensor;

/// The operations that a device does in one pass where the processor takes several, for `cuda
/// selftest`.
///
/// @param size of the tensors
/// @param products how far matrix products may be off
record FusedDeviceChecks(WorkSize size, double products) {
    private static final DropoutMask MASK = DropoutMask.of(0.1f, 4, 5, 6);
    private static final float EPSILON = 1e-5f;

    void addTo(List<DeviceCheck> checks) {
        DeviceChecks.add(
                checks, "linear with GELU, forward and backward", products, this::activation);
        DeviceChecks.add(
                checks,
                "linear with dropout, residual and layer norm, forward and backward",
                products,
                this::norm);
        DeviceChecks.add(
                checks, "AdamW of several parameters, and their norms", products, this::updates);
        DeviceChecks.add(
                checks, "AdamW of rows, with updates that they missed", products, this::rows);
        DeviceChecks.add(checks, "numbers packed as bfloat16", 0, this::packed);
    }

    private void activation(Backend b, DeviceChecks.Tensors t) {
        int n = size.tokens();
        Tensor inner = t.result(n, size.wide()); // [N, F]
        b.linearActivation(
                t.input(n, size.columns()),
                // Products of about 1, as in a model: GELU's slope would make more of an error.
                t.input(value -> value / root(size.columns()), size.wide(), size.columns()),
                t.input(size.wide()),
                Activation.GELU,
                inner,
                t.result(n, size.wide()));
        b.linearActivationGradient(
                Activation.GELU,
                inner,
                t.input(n, size.wide()),
                t.result(n, size.wide()),
                t.result(size.wide()));
    }

    private static float root(int number) {
        return (float) Math.sqrt(number);
    }

    private void norm(Backend b, DeviceChecks.Tensors t) {
        int n = size.tokens();
        int c = size.columns();
        Tensor weight = t.input(c); // [C]
        Tensor sum = t.result(n, c); // [N, C]
        Tensor mean = t.result(n); // [N]
        Tensor rstd = t.result(n); // [N]
        b.linearAddNorm(
                t.input(n, size.wide()),
                t.input(value -> value / root(size.wide()), c, size.wide()),
                t.input(c),
                MASK,
                t.input(n, c),
                new Backend.Affine(weight, t.input(c), EPSILON),
                sum,
                t.result(n, c),
                mean,
                rstd);
        b.linearAddNormGradient(
                t.input(n, c),
                sum,
                weight,
                mean,
                rstd,
                MASK,
                t.result(n, c),
                t.result(n, c),
                t.result(c),
                t.result(c));
    }

    private void updates(Backend b, DeviceChecks.Tensors t) {
        Tensor first = t.input(size.wide(), size.columns()); // [F, C]
        Tensor second = t.input(size.columns()); // [C]
        double[] numbers = b.readNumbers(List.of(first, second), List.of(second));
        for (double number : numbers) {
            b.write(new float[] {(float) number}, t.result(1));
        }
        b.adamW(List.of(update(t, first), update(t, second)), 0.7f);
    }

    /// Of three rows, of which one has no moments yet.
    private void rows(Backend b, DeviceChecks.Tensors t) {
        int c = size.columns();
        Tensor table = t.result(6, c); // [V, C]
        RowMoments moments =
                new RowMoments(
                        List.of(t.result(RowMoments.BLOCK, c)),
                        List.of(t.result(value -> value * value, RowMoments.BLOCK, c)));
        int[] rows = {4, 0, 3};
        float[] history = {0.99f, 0.98f, 0.97f};
        b.catchUpRows(
                table,
                moments,
                new MissedSteps(
                        rows,
                        new int[] {2, -1, 0},
                        new int[] {0, 1, 2},
                        3,
                        history,
                        history,
                        history,
                        0.9f,
                        0.999f,
                        1e-3f));
        b.adamWRows(
                table,
                moments,
                rows,
                new int[] {2, 1, 0},
                t.input(rows.length, c),
                0.7f,
                new AdamWStep(1e-3, 0.9, 0.999, 1e-3, 0.01, 3));
        b.putRows(new float[c], new int[] {5}, table);
    }

    private static AdamWUpdate update(DeviceChecks.Tensors t, Tensor gradient) {
        int[] sizes = gradient.shape().sizes();
        return new AdamWUpdate(
                t.result(sizes),
                gradient,
                t.result(sizes),
                t.result(value -> value * value, sizes),
                new AdamWStep(1e-3, 0.9, 0.999, 1e-8, 0.01, 3));
    }

    private void packed(Backend b, DeviceChecks.Tensors t) {
        Tensor packed = t.input(size.tokens(), size.columns()); // [N, C], twice as many numbers
        b.packBfloat16(t.input(2 * size.tokens(), size.columns()), packed);
        b.unpackBfloat16(packed, t.result(2 * size.tokens(), size.columns()));
    }
}
