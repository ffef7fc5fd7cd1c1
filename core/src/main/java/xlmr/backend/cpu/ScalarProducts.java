package xlmr.backend.cpu;

import org.jspecify.annotations.Nullable;
import xlmr.tensor.Tensor;

/// Linear maps and their gradients, one sum in double precision after the other.
final class ScalarProducts {
    private ScalarProducts() {}

    /// y[n, o] = Σᵢ x[n, i] w[o, i] + b[o]. The weight is read row by row: it may be a mapped
    /// vocabulary.
    static void forward(Tensor input, Tensor weight, @Nullable Tensor bias, Tensor output) {
        int inputs = weight.size(1);
        int outputs = weight.size(0);
        float[] x = Elements.of(input);
        float[] y = Elements.writable(output);
        float[] b = bias == null ? new float[outputs] : Elements.of(bias);
        float[] w = new float[inputs];
        for (int o = 0; o < outputs; o++) {
            weight.storage().read((long) o * inputs, w, 0, inputs);
            for (int n = 0; n < Elements.rows(input); n++) {
                double sum = b[o];
                for (int i = 0; i < inputs; i++) {
                    sum += (double) x[n * inputs + i] * w[i];
                }
                y[n * outputs + o] = (float) sum;
            }
        }
    }

    /// dx[n, i] += Σₒ dy[n, o] w[o, i].
    static void inputGradient(Tensor dOutput, Tensor weight, Tensor dInput) {
        int inputs = weight.size(1);
        int outputs = weight.size(0);
        float[] dy = Elements.of(dOutput);
        double[] sums = new double[Elements.count(dInput)]; // [N, in]
        float[] w = new float[inputs];
        for (int o = 0; o < outputs; o++) {
            weight.storage().read((long) o * inputs, w, 0, inputs);
            for (int n = 0; n < Elements.rows(dOutput); n++) {
                for (int i = 0; i < inputs; i++) {
                    sums[n * inputs + i] += (double) dy[n * outputs + o] * w[i];
                }
            }
        }
        float[] dx = Elements.writable(dInput);
        for (int i = 0; i < sums.length; i++) {
            dx[i] = (float) (dx[i] + sums[i]);
        }
    }

    /// dw[o, i] += Σₙ dy[n, o] x[n, i].
    static void weightGradient(Tensor dOutput, Tensor input, Tensor dWeight) {
        int inputs = dWeight.size(1);
        int outputs = dWeight.size(0);
        float[] dy = Elements.of(dOutput);
        float[] x = Elements.of(input);
        float[] dw = Elements.writable(dWeight);
        for (int o = 0; o < outputs; o++) {
            for (int i = 0; i < inputs; i++) {
                double sum = dw[o * inputs + i];
                for (int n = 0; n < Elements.rows(input); n++) {
                    sum += (double) dy[n * outputs + o] * x[n * inputs + i];
                }
                dw[o * inputs + i] = (float) sum;
            }
        }
    }

    /// db[o] += Σₙ dy[n, o].
    static void biasGradient(Tensor dOutput, Tensor dBias) {
        int outputs = Elements.count(dBias);
        float[] dy = Elements.of(dOutput);
        float[] db = Elements.writable(dBias);
        for (int o = 0; o < outputs; o++) {
            double sum = db[o];
            for (int n = 0; n < Elements.rows(dOutput); n++) {
                sum += dy[n * outputs + o];
            }
            db[o] = (float) sum;
        }
    }
}
