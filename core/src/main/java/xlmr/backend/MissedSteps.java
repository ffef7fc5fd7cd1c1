package xlmr.backend;

/// Updates that rows of a table have missed, and make up for with gradient 0.
///
/// @param rows each once
/// @param slots of their [moments][RowMoments]; -1 for a row that never had a gradient
/// @param from the first update that each has missed, from 0
/// @param until the first that none is to make up
/// @param decays [AdamWStep#decay] of each update
/// @param sizes [AdamWStep#stepSize] of each update
/// @param corrections [AdamWStep#correction] of each update
/// @param beta1 β₁
/// @param beta2 β₂
/// @param epsilon ε
public record MissedSteps(
        int[] rows,
        int[] slots,
        int[] from,
        int until,
        float[] decays,
        float[] sizes,
        float[] corrections,
        float beta1,
        float beta2,
        float epsilon) {}
