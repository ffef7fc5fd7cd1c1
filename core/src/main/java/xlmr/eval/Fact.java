package xlmr.eval;

/// One number of a report, and what it says.
///
/// @param name short, such as `macro F1`
/// @param value as shown
/// @param meaning one line for a person who does not know the number, with what can be had without
///   the model where that is known
public record Fact(String name, String value, String meaning) {}
