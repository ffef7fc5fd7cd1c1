package xlmr.data;

/// What a file holds many of, each knowing its place, so that whatever is found wrong with it later
/// can still be pointed at.
public sealed interface DataRecord permits Example, TaggedSentence, Question, ChoiceQuestion {

    /// The file the record came from, for messages.
    String source();

    /// The line in it where the record begins, from 1.
    long line();

    /// An exception that says where this record is.
    default DataException problem(String what) {
        return DataException.at(source(), line(), what);
    }
}
