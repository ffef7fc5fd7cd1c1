package xlmr.optim;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import xlmr.autograd.Gradients;
import xlmr.backend.Backend;
import xlmr.tensor.Tensor;

/// Clipping by the norm of all gradients together (torch.nn.utils.clip_grad_norm_).
public final class GradientClipping {
    private GradientClipping() {}

    /// The Euclidean norm over all gradients.
    public static double norm(Backend backend, Gradients gradients) {
        return read(backend, gradients, List.of()).norm();
    }

    /// What a step has to know before it changes anything.
    ///
    /// @param norm the Euclidean norm over all gradients
    /// @param losses of the micro-batches
    public record Reading(double norm, double[] losses) {}

    /// The norm over all gradients and the losses, in one reading of the device.
    ///
    /// @param losses of one element each
    public static Reading read(Backend backend, Gradients gradients, List<Tensor> losses) {
        List<Tensor> all = new ArrayList<>(gradients.allDense().values());
        gradients.allByRow().values().forEach(rows -> all.add(rows.values()));
        double[] numbers = backend.readNumbers(all, losses);
        double sum = 0;
        for (int i = 0; i < all.size(); i++) {
            sum += numbers[i];
        }
        return new Reading(Math.sqrt(sum), Arrays.copyOfRange(numbers, all.size(), numbers.length));
    }

    /// What gradients are multiplied by so that their norm does not exceed `maximum`: min(1,
    /// maximum / (norm + 1e-6)).
    ///
    /// @param maximum the largest norm wanted; 0 or less switches clipping off
    public static float factor(double norm, double maximum) {
        return maximum <= 0 ? 1 : (float) Math.min(1, maximum / (norm + 1e-6));
    }
}
