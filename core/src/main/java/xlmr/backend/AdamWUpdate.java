package xlmr.backend;

import xlmr.tensor.Tensor;

/// One parameter's part in a step of AdamW.
///
/// @param parameter changed
/// @param gradient as the backward pass left it
/// @param firstMoment changed
/// @param secondMoment changed
/// @param step the numbers of the update
public record AdamWUpdate(
        Tensor parameter,
        Tensor gradient,
        Tensor firstMoment,
        Tensor secondMoment,
        AdamWStep step) {}
