package xlmr.optim;

import xlmr.autograd.Gradients;
import xlmr.autograd.RowGradient;
import xlmr.backend.Backend;
import xlmr.tensor.Tensor;

/// Clipping by the norm of all gradients together (torch.nn.utils.clip_grad_norm_).
public final class GradientClipping {
    private GradientClipping() {}

    /// The Euclidean norm over all gradients.
    public static double norm(Backend backend, Gradients gradients) {
        double sum = 0;
        for (Tensor gradient : gradients.allDense().values()) {
            sum += backend.sumOfSquares(gradient);
        }
        for (RowGradient rows : gradients.allByRow().values()) {
            sum += backend.sumOfSquares(rows.values());
        }
        return Math.sqrt(sum);
    }

    /// What gradients are multiplied by so that their norm does not exceed `maximum`: min(1,
    /// maximum / (norm + 1e-6)).
    ///
    /// @param maximum the largest norm wanted; 0 or less switches clipping off
    public static float factor(double norm, double maximum) {
        return maximum <= 0 ? 1 : (float) Math.min(1, maximum / (norm + 1e-6));
    }
}
