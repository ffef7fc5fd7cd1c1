package xlmr.pipeline;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import xlmr.checkpoint.CheckpointException;
import xlmr.model.XlmRobertaConfig;
import xlmr.tokenizer.VocabularySubset;

/// Makes a smaller model of a model by leaving a part of it out. The result is an ordinary
/// checkpoint in a directory of its own, and is used like any other.
///
/// ```java
/// Pruning.Result result = new LayerPruning(List.of(0, 2, 4, 11)).run(model, output);
/// ```
public sealed interface Pruning permits LayerPruning, HeadPruning, VocabularyPruning {
    /// Reads a model and writes the smaller one to an existing directory.
    ///
    /// @throws CheckpointException if the model cannot be read or has not got what is to go, or the
    ///   files cannot be written
    Result run(Path model, Path output);

    /// What was done.
    ///
    /// @param config of the smaller model
    /// @param done what went and what stayed, one line each
    /// @param segmentation whether the texts that a vocabulary was cut down to are cut into the
    ///   same pieces as before; null where the vocabulary stays
    /// @param warnings what was odd, one line each
    record Result(
            XlmRobertaConfig config,
            List<String> done,
            VocabularySubset.@Nullable Comparison segmentation,
            List<String> warnings) {}
}
