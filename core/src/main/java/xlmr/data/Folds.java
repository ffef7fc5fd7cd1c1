package xlmr.data;

import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/// Examples dealt into parts, each of which is held out once: k-fold cross-validation. All parts
/// are of the same size, and have the same number of examples of each class, up to one.
///
/// @param number of parts, k
/// @param partOf `[M]` the part of each example, from 0
public record Folds(int number, int[] partOf) {
    /// Deals examples by class; which of a class go where is drawn at random.
    ///
    /// @param classes `[M]` of each example, from 0; all the same where classes do not matter
    /// @param number k, from 2 to M
    /// @throws IllegalArgumentException if there are fewer examples than parts
    public static Folds stratified(int[] classes, int number, long seed) {
        if (number < 2 || number > classes.length) {
            throw new IllegalArgumentException(
                    "folds: expected from 2 to as many as there are examples, %d; found %d"
                            .formatted(classes.length, number));
        }
        RandomGenerator random = Shuffling.random(seed, 0);
        int[] order = IntStream.range(0, classes.length).toArray();
        Shuffling.shuffle(order, random);
        int[] byClass =
                Arrays.stream(order)
                        .boxed()
                        .sorted((a, b) -> Integer.compare(classes[a], classes[b]))
                        .mapToInt(Integer::intValue)
                        .toArray();
        int[] partOf = new int[classes.length];
        for (int i = 0; i < byClass.length; i++) {
            partOf[byClass[i]] = i % number;
        }
        return new Folds(number, partOf);
    }

    /// Those of M examples that are in one part, in their order.
    public <T> List<T> heldOut(List<T> examples, int part) {
        return IntStream.range(0, partOf.length)
                .filter(m -> partOf[m] == part)
                .mapToObj(examples::get)
                .toList();
    }

    /// All others of M examples, in their order.
    public <T> List<T> rest(List<T> examples, int part) {
        return IntStream.range(0, partOf.length)
                .filter(m -> partOf[m] != part)
                .mapToObj(examples::get)
                .toList();
    }
}
