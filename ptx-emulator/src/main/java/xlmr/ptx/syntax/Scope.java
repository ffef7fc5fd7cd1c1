package xlmr.ptx.syntax;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// The names that a pair of braces holds: registers, variables, labels. An inner name hides an
/// outer one.
final class Scope {
    private record Range(DataType type, int count) {}

    /// Numbers of registers, shared by all scopes of a function.
    static final class Numbering {
        private int next;
    }

    private final Optional<Scope> parent;
    private final Numbering numbering;
    private final Map<String, Operand.Register> registers = new HashMap<>();
    private final Map<String, Range> ranges = new HashMap<>();
    private final Map<String, Variable> variables = new HashMap<>();
    private final Map<String, Integer> labels = new HashMap<>();

    /// The outermost scope of a function.
    Scope() {
        this.parent = Optional.empty();
        this.numbering = new Numbering();
    }

    /// A scope in another one.
    Scope(Scope parent) {
        this.parent = Optional.of(parent);
        this.numbering = parent.numbering;
    }

    Optional<Scope> parent() {
        return parent;
    }

    void declareRegister(String name, DataType type, int line) {
        if (registers.put(name, new Operand.Register(name, type, numbering.next++)) != null) {
            throw new PtxSyntaxException(line, "the register " + name + " is declared twice");
        }
    }

    /// Declares `prefix0` to `prefix(count - 1)`.
    void declareRange(String prefix, int count, DataType type, int line) {
        if (ranges.put(prefix, new Range(type, count)) != null) {
            throw new PtxSyntaxException(line, "the registers " + prefix + "<> are declared twice");
        }
    }

    void declareVariable(Variable variable) {
        if (variables.put(variable.name(), variable) != null) {
            throw new PtxSyntaxException(
                    variable.line(), "the variable " + variable.name() + " is declared twice");
        }
    }

    void declareLabel(String name, int target, int line) {
        if (labels.put(name, target) != null) {
            throw new PtxSyntaxException(line, "the label " + name + " is there twice");
        }
    }

    Optional<Operand.Register> register(String name) {
        Operand.Register register = registers.get(name);
        if (register == null) {
            register = fromRange(name);
        }
        if (register != null) {
            return Optional.of(register);
        }
        return parent.flatMap(outer -> outer.register(name));
    }

    private Operand.@org.jspecify.annotations.Nullable Register fromRange(String name) {
        int digits = name.length();
        while (digits > 0 && Character.isDigit(name.charAt(digits - 1))) {
            digits--;
        }
        // A prefix may itself end in digits, so every split is tried.
        for (int split = digits; split < name.length() && name.length() - split < 10; split++) {
            Range range = ranges.get(name.substring(0, split));
            if (range != null && Integer.parseInt(name.substring(split)) < range.count()) {
                Operand.Register register =
                        new Operand.Register(name, range.type(), numbering.next++);
                registers.put(name, register);
                return register;
            }
        }
        return null;
    }

    Optional<Variable> variable(String name) {
        Variable variable = variables.get(name);
        return variable != null
                ? Optional.of(variable)
                : parent.flatMap(outer -> outer.variable(name));
    }

    Optional<Integer> label(String name) {
        Integer target = labels.get(name);
        return target != null ? Optional.of(target) : parent.flatMap(outer -> outer.label(name));
    }
}
