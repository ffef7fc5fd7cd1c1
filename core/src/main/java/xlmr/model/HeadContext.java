package xlmr.model;

/// What a head has to know to be built.
///
/// @param task sequence classification or token classification
/// @param hiddenSize C, columns of what it reads
/// @param numLabels K, columns of what it gives
/// @param dropout of the head, from the configuration
public record HeadContext(Task task, int hiddenSize, int numLabels, float dropout) {
    /// Of a model for one of the tasks that have a choice of heads.
    static HeadContext of(Task task, XlmRobertaConfig config) {
        return new HeadContext(
                task, config.hiddenSize(), config.numLabels(), (float) config.headDropout());
    }

    /// Whether every token gets a row of the result; else every sequence.
    public boolean everyToken() {
        return task == Task.TOKEN_CLASSIFICATION;
    }
}
