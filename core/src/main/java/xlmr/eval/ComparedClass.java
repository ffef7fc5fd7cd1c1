package xlmr.eval;

/// How two models do on one class, or one type of entity.
///
/// @param first how the first does
/// @param second how the second does
public record ComparedClass(ClassScore first, ClassScore second) {}
