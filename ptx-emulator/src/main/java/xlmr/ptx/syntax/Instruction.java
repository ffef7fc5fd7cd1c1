package xlmr.ptx.syntax;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// One instruction as written.
///
/// @param line its line in the PTX, counted from 1
/// @param guard the predicate that decides for each lane whether it takes part
/// @param opcode what comes before the first dot
/// @param modifiers what comes after, without dots
/// @param operands in the order written
public record Instruction(
        int line,
        Optional<Guard> guard,
        String opcode,
        List<String> modifiers,
        List<Operand> operands) {

    /// `@%p` or `@!%p`.
    public record Guard(Operand.Register predicate, boolean negated) {}

    /// Opcode and modifiers as written.
    public String name() {
        return modifiers.isEmpty() ? opcode : opcode + "." + String.join(".", modifiers);
    }

    @Override
    public String toString() {
        String prefix = guard.map(g -> (g.negated() ? "@!" : "@") + g.predicate() + " ").orElse("");
        return prefix
                + name()
                + operands.stream()
                        .map(Operand::toString)
                        .collect(Collectors.joining(", ", " ", ""));
    }
}
