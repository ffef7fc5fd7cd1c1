package xlmr.onnx;

/// Size of one axis of an array in the graph.
sealed interface Axis {
    /// A size that is known.
    record Fixed(long size) implements Axis {}

    /// A size that differs from call to call. Axes of one name are of one size.
    record Named(String name) implements Axis {}

    /// Texts in a batch.
    Axis BATCH = new Named("batch_size");

    /// Tokens of a row, padding included.
    Axis SEQUENCE = new Named("sequence_length");

    /// Answers to choose from.
    Axis CHOICES = new Named("num_choices");

    /// Rows of the encoder where each is one choice of a text.
    Axis FLAT_CHOICES = new Named("flat_choices");

    /// A known size.
    static Axis of(long size) {
        return new Fixed(size);
    }
}
