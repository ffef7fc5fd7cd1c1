package xlmr.model;

import java.util.SplittableRandom;
import xlmr.autograd.Parameter;
import xlmr.nn.Linear;
import xlmr.tensor.Shape;
import xlmr.tensor.Tensor;

/// Where a head gets its weights: from the model's file, where it has them, else drawn at random.
/// The file calls them by the name asked for, with `head.` in front.
public interface HeadWeights {
    /// How new weights are drawn.
    interface Initial {
        /// The next number.
        double next(SplittableRandom random);

        /// N(0, deviation²).
        static Initial normal(double deviation) {
            return random -> random.nextGaussian() * deviation;
        }

        /// Between -bound and bound.
        static Initial uniform(double bound) {
            return random -> (2 * random.nextDouble() - 1) * bound;
        }

        /// Always the same.
        static Initial constant(double value) {
            return random -> value;
        }
    }

    /// An array.
    ///
    /// @param name unique in the head
    Parameter parameter(String name, Initial initial, int... sizes);

    /// Standard deviation of new matrices: `initializer_range` of the configuration.
    double initializerRange();

    /// A matrix from N(0, initializer range²) and a bias of zeros: `name.weight`, `name.bias`.
    default Linear linear(String name, int out, int in) {
        return linear(name, Initial.normal(initializerRange()), Initial.constant(0), out, in);
    }

    /// A matrix and a bias, drawn as given.
    default Linear linear(String name, Initial matrix, Initial bias, int out, int in) {
        return new Linear(
                parameter(name + ".weight", matrix, out, in), parameter(name + ".bias", bias, out));
    }

    /// Weights without a file, all drawn: to test a head.
    static HeadWeights drawn(long seed, double initializerRange) {
        SplittableRandom random = new SplittableRandom(seed);
        return new HeadWeights() {
            @Override
            public Parameter parameter(String name, Initial initial, int... sizes) {
                Shape shape = Shape.of(sizes);
                float[] values = new float[shape.elements()];
                for (int i = 0; i < values.length; i++) {
                    values[i] = (float) initial.next(random);
                }
                return new Parameter("head." + name, Tensor.of(shape, values));
            }

            @Override
            public double initializerRange() {
                return initializerRange;
            }
        };
    }
}
