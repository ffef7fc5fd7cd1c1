package xlmr.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/// See [BatchOrder#mixed]. Each part goes through its own epochs, batch by batch, at its own pace:
/// where it has more batches in an epoch of the whole than it has in all, it begins anew in another
/// order; where it has fewer, it goes on in the next. Where it stands follows from the number of
/// the epoch alone.
///
/// @param parts each with the order of its examples
/// @param exponent α
/// @param seed of the mixture
record MixedOrder(List<BatchOrder.Part> parts, double exponent, long seed) implements BatchOrder {
    /// Keeps the mixture's random numbers apart from those of the parts' orders.
    private static final long OWN = 0x6d6978L;

    MixedOrder {
        parts = List.copyOf(parts);
    }

    /// @param lengths of the examples of all parts, one part behind the other
    @Override
    public List<int[]> batches(int[] lengths, int batchSize, int epoch) {
        int[] sizes = parts.stream().mapToInt(Part::examples).toArray();
        int[] quotas = quotas(sizes, batchSize);
        List<List<int[]>> streams = new ArrayList<>();
        int first = 0;
        for (int p = 0; p < quotas.length; p++) {
            int[] own = Arrays.copyOfRange(lengths, first, first + sizes[p]);
            streams.add(stream(parts.get(p), own, batchSize, epoch * (long) quotas[p], quotas[p]));
            shift(streams.get(p), first);
            first += sizes[p];
        }
        int[] turns = new int[Arrays.stream(quotas).sum()];
        int at = 0;
        for (int p = 0; p < quotas.length; p++) {
            Arrays.fill(turns, at, at + quotas[p], p);
            at += quotas[p];
        }
        Shuffling.shuffle(turns, Shuffling.random(seed ^ OWN, epoch));
        int[] shown = new int[quotas.length];
        return IntStream.of(turns).mapToObj(p -> streams.get(p).get(shown[p]++)).toList();
    }

    /// How many batches of each part an epoch has.
    private int[] quotas(int[] sizes, int batchSize) {
        int[] whole = Arrays.stream(sizes).map(size -> batches(size, batchSize)).toArray();
        if (exponent == 1) {
            return whole; // shares of examples and of batches round differently
        }
        int[] shares = ClassShares.quotas(sizes, exponent, Arrays.stream(whole).sum());
        return Arrays.stream(shares).map(share -> Math.max(1, share)).toArray();
    }

    /// Some batches of a part.
    ///
    /// @param from batches of the part that were shown before
    private static List<int[]> stream(
            Part part, int[] lengths, int batchSize, long from, int count) {
        int whole = batches(lengths.length, batchSize);
        List<int[]> stream = new ArrayList<>();
        for (long next = from; next < from + count; ) {
            int own = Math.toIntExact(next / whole);
            List<int[]> epoch = part.order().batches(lengths, batchSize, own);
            int begin = (int) (next % whole);
            int end = (int) Math.min(whole, begin + from + count - next);
            stream.addAll(epoch.subList(begin, end));
            next += end - begin;
        }
        return stream;
    }

    private static void shift(List<int[]> batches, int first) {
        batches.replaceAll(rows -> Arrays.stream(rows).map(row -> row + first).toArray());
    }

    private static int batches(int examples, int batchSize) {
        return Math.ceilDiv(examples, batchSize);
    }
}
