package xlmr.autograd;

import java.util.List;
import xlmr.backend.Backend;
import xlmr.tensor.Shape;
import xlmr.tensor.Tensor;

/// A trained mean of blocks of columns: γ Σᵢ softmax(w)ᵢ xᵢ (Peters et al. 2018, ELMo, equation 1).
public final class ScalarMix {
    private ScalarMix() {}

    /// The mix. `[N, S C] -> [N, C]`
    ///
    /// @param weights w, `[S]`
    /// @param scale γ, `[1]`
    public static Tensor mix(Ops ops, Tensor input, Parameter weights, Parameter scale) {
        int blocks = weights.shape().size(0);
        if (input.size(1) % blocks != 0 || scale.shape().elements() != 1) {
            throw new IllegalArgumentException(
                    "scalar mix: expected a multiple of %d columns and one scale, found %s and %s"
                            .formatted(blocks, input.shape(), scale.shape()));
        }
        float[] shares = softmax(weights.value().toArray());
        float gamma = scale.value().item();
        int count = input.size(0);
        int columns = input.size(1) / blocks;
        Tensor block = ops.take(count, columns); // [N, C]
        Tensor output = ops.zeros(count, columns); // [N, C]
        Backend backend = ops.backend();
        for (int i = 0; i < blocks; i++) {
            backend.gatherRows(table(input, columns), rows(count, blocks, i), block);
            backend.addScaled(block, gamma * shares[i], output);
        }
        if (ops.records(input) || ops.wants(weights) || ops.wants(scale)) {
            ops.record(new MixNode(input, weights, scale, shares, gamma, output));
        }
        return output;
    }

    /// The shares that the blocks have: softmax(w).
    public static float[] softmax(float[] weights) {
        double largest = Double.NEGATIVE_INFINITY;
        for (float weight : weights) {
            largest = Math.max(largest, weight);
        }
        double sum = 0;
        for (float weight : weights) {
            sum += Math.exp(weight - largest);
        }
        float[] shares = new float[weights.length];
        for (int i = 0; i < shares.length; i++) {
            shares[i] = (float) (Math.exp(weights[i] - largest) / sum);
        }
        return shares;
    }

    private static Tensor table(Tensor tensor, int columns) {
        return tensor.reshape(tensor.shape().elements() / columns, columns);
    }

    private static int[] rows(int count, int blocks, int block) {
        int[] rows = new int[count];
        for (int n = 0; n < count; n++) {
            rows[n] = n * blocks + block;
        }
        return rows;
    }

    /// With dᵢ = Σ dY xᵢ and s = softmax(w): dγ += Σ sᵢ dᵢ; dwᵢ += γ sᵢ (dᵢ - Σ sⱼ dⱼ); dxᵢ += γ sᵢ
    /// dY.
    private record MixNode(
            Tensor input,
            Parameter weights,
            Parameter scale,
            float[] shares,
            float gamma,
            Tensor output)
            implements Node {
        @Override
        public List<Tensor> reads() {
            return List.of(input);
        }

        @Override
        public void backward(Tape tape, Tensor dOutput) {
            Backend backend = tape.backend();
            int count = output.size(0);
            int columns = output.size(1);
            Tensor dInput = tape.gradient(input); // [N, S C]
            Tensor block = tape.scratch(output.shape()); // [N, C]
            Tensor sums = tape.scratch(Shape.of(columns)); // [C]
            double[] products = new double[shares.length];
            for (int i = 0; i < shares.length; i++) {
                int[] rows = rows(count, shares.length, i);
                if (dInput != null) {
                    backend.fill(block, 0);
                    backend.addScaled(dOutput, gamma * shares[i], block);
                    backend.scatterAddRows(block, rows, table(dInput, columns));
                }
                backend.gatherRows(table(tape.value(input), columns), rows, block);
                backend.multiply(block, dOutput, block);
                backend.fill(sums, 0);
                backend.biasGradient(block, sums);
                for (float sum : sums.toArray()) {
                    products[i] += sum;
                }
            }
            addToParameters(tape, products);
        }

        private void addToParameters(Tape tape, double[] products) {
            double mean = 0;
            for (int i = 0; i < products.length; i++) {
                mean += shares[i] * products[i];
            }
            float[] dWeights = new float[products.length];
            for (int i = 0; i < products.length; i++) {
                dWeights[i] = (float) (gamma * shares[i] * (products[i] - mean));
            }
            add(tape, weights, dWeights);
            add(tape, scale, (float) mean);
        }

        private static void add(Tape tape, Parameter parameter, float... values) {
            Tensor gradient = tape.parameters().dense(parameter); // [as the parameter]
            if (gradient != null) {
                Tensor added = tape.scratch(parameter.shape()); // [as the parameter]
                tape.backend().write(values, added);
                tape.backend().addScaled(added, 1, gradient);
            }
        }
    }
}
