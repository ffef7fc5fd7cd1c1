package xlmr.nn;

import java.util.Arrays;
import java.util.List;
import xlmr.autograd.Parameter;

/// A layer that makes one row of each sequence.
interface OneRow extends SequenceLayer {
    @Override
    default int[] resultStarts(int[] starts) {
        int[] results = new int[starts.length];
        Arrays.setAll(results, b -> b);
        return results;
    }

    @Override
    default boolean readsSequences() {
        return true;
    }

    @Override
    default List<Parameter> parameters() {
        return List.of();
    }
}
