package xlmr.ptx.instructions;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import xlmr.ptx.syntax.DataType;
import xlmr.ptx.syntax.Instruction;
import xlmr.ptx.syntax.PtxSyntaxException;
import xlmr.ptx.syntax.StateSpace;

/// The modifiers of an instruction. Who decodes takes those that it knows; what is left at the end
/// is refused, so that no modifier is passed over.
final class Modifiers {
    private final Instruction instruction;
    private final List<String> left;

    Modifiers(Instruction instruction) {
        this.instruction = instruction;
        this.left = new ArrayList<>(instruction.modifiers());
    }

    /// Takes a modifier where it is there.
    boolean take(String modifier) {
        return left.remove(modifier);
    }

    /// Takes one of some modifiers where it is there.
    Optional<String> takeAny(String... modifiers) {
        for (String modifier : modifiers) {
            if (left.remove(modifier)) {
                return Optional.of(modifier);
            }
        }
        return Optional.empty();
    }

    /// Takes one of some modifiers, one of which has to be there.
    String takeOne(String... modifiers) {
        return takeAny(modifiers)
                .orElseThrow(
                        () -> refusal("one of ." + String.join(", .", modifiers) + " is expected"));
    }

    /// Takes the first modifier, whatever it is.
    String takeFirst() {
        if (left.isEmpty()) {
            throw refusal("a modifier is missing");
        }
        return left.removeFirst();
    }

    /// Takes the type at the end.
    DataType takeType() {
        if (left.isEmpty()) {
            throw refusal("a type is missing");
        }
        String last = left.removeLast();
        return DataType.named(last)
                .orElseThrow(() -> refusal("the type ." + last + " is not known"));
    }

    /// Takes the state space, which is generic where none is written.
    StateSpace takeSpace() {
        for (int i = 0; i < left.size(); i++) {
            Optional<StateSpace> space = StateSpace.named(left.get(i));
            if (space.isPresent()) {
                left.remove(i);
                return space.get();
            }
        }
        return StateSpace.GENERIC;
    }

    /// Takes what starts so, as often as it is there.
    void takePrefixed(String prefix) {
        left.removeIf(modifier -> modifier.startsWith(prefix));
    }

    /// Refuses what nobody took.
    void end() {
        if (!left.isEmpty()) {
            throw refusal("the modifier ." + left.getFirst() + " is not known here");
        }
    }

    PtxSyntaxException refusal(String why) {
        return new PtxSyntaxException(instruction.line(), instruction.name() + ": " + why);
    }
}
