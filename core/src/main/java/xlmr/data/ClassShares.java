package xlmr.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/// How often each example is shown, so that classes come in other shares than the data has.
///
/// @param members of each class that occurs, its examples
/// @param quotas of each of these classes, how many places of an epoch it has
record ClassShares(List<int[]> members, int[] quotas) {
    /// Shares in proportion to nᵅ. The quotas sum to the number of examples; what is left by
    /// rounding goes to the largest remainders, the lower class first.
    ///
    /// @param classes `[M]` of each example, from 0
    static ClassShares of(int[] classes, double exponent) {
        int largest = Arrays.stream(classes).max().orElse(-1);
        List<int[]> members = new ArrayList<>();
        for (int k = 0; k <= largest; k++) {
            int wanted = k;
            int[] found = indices(classes, wanted);
            if (found.length > 0) {
                members.add(found);
            }
        }
        int[] sizes = members.stream().mapToInt(examples -> examples.length).toArray();
        return new ClassShares(members, quotas(sizes, exponent, classes.length));
    }

    /// How `total` places are dealt in proportion to nᵅ. What is left by rounding goes to the
    /// largest remainders, the lower index first.
    ///
    /// @param sizes n of each
    static int[] quotas(int[] sizes, double exponent, int total) {
        double sum = 0;
        for (int size : sizes) {
            sum += Math.pow(size, exponent);
        }
        int[] quotas = new int[sizes.length];
        double[] rests = new double[sizes.length];
        int given = 0;
        for (int k = 0; k < quotas.length; k++) {
            double share = total * Math.pow(sizes[k], exponent) / sum;
            quotas[k] = (int) share;
            rests[k] = share - quotas[k];
            given += quotas[k];
        }
        for (; given < total; given++) {
            int next = 0;
            for (int k = 1; k < quotas.length; k++) {
                next = rests[k] > rests[next] ? k : next;
            }
            quotas[next]++;
            rests[next] -= 1;
        }
        return quotas;
    }

    private static int[] indices(int[] classes, int wanted) {
        int[] found = new int[classes.length];
        int count = 0;
        for (int m = 0; m < classes.length; m++) {
            if (classes[m] == wanted) {
                found[count++] = m;
            }
        }
        return Arrays.copyOf(found, count);
    }

    /// The examples of one epoch: of each class all of them as often as they go into its quota, and
    /// the rest drawn without repetition. `[M]`, class by class
    int[] drawn(RandomGenerator random) {
        int[] examples = new int[Arrays.stream(quotas).sum()];
        int at = 0;
        for (int k = 0; k < quotas.length; k++) {
            int[] own = members.get(k).clone();
            Shuffling.shuffle(own, random);
            for (int i = 0; i < quotas[k]; i++) {
                examples[at++] = own[i % own.length];
            }
        }
        return examples;
    }
}
