package xlmr.ptx.syntax;

import java.util.List;
import java.util.stream.Collectors;

/// What an instruction works on.
public sealed interface Operand {

    /// A declared register. Two registers of one function are the same exactly if their ids are.
    ///
    /// @param name as written
    /// @param type its declared type
    /// @param id its number in the function
    record Register(String name, DataType type, int id) implements Operand {
        @Override
        public String toString() {
            return name;
        }
    }

    /// A register that the machine fills, such as `%tid.x`.
    record Special(String name) implements Operand {
        @Override
        public String toString() {
            return name;
        }
    }

    /// A whole number.
    record Whole(long value) implements Operand {
        @Override
        public String toString() {
            return Long.toString(value);
        }
    }

    /// The bits of a float, written `0f3F800000`.
    record Single(int bits) implements Operand {
        @Override
        public String toString() {
            return "0f%08X".formatted(bits);
        }
    }

    /// The bits of a double, written `0d3FF0000000000000`.
    record Double(long bits) implements Operand {
        @Override
        public String toString() {
            return "0d%016X".formatted(bits);
        }
    }

    /// The address of a variable, plus an offset.
    record Reference(Variable variable, long offset) implements Operand {
        @Override
        public String toString() {
            return variable.name() + (offset == 0 ? "" : "+" + offset);
        }
    }

    /// The place of an instruction in the function.
    ///
    /// @param name as written
    /// @param target index of the instruction that follows the label
    record Label(String name, int target) implements Operand {
        @Override
        public String toString() {
            return name;
        }
    }

    /// A name that is neither register, variable nor label: that of a function.
    record Name(String name) implements Operand {
        @Override
        public String toString() {
            return name;
        }
    }

    /// `[base + offset]`.
    record Address(Operand base, long offset) implements Operand {
        @Override
        public String toString() {
            return "[" + base + (offset == 0 ? "" : "+" + offset) + "]";
        }
    }

    /// `{a, b, c, d}`.
    record Vector(List<Operand> elements) implements Operand {
        @Override
        public String toString() {
            return elements.stream()
                    .map(Operand::toString)
                    .collect(Collectors.joining(", ", "{", "}"));
        }
    }

    /// `(a, b)`: the results or the arguments of a call.
    record Group(List<Operand> elements) implements Operand {
        @Override
        public String toString() {
            return elements.stream()
                    .map(Operand::toString)
                    .collect(Collectors.joining(", ", "(", ")"));
        }
    }

    /// `a|b`: two results.
    record Pair(Operand first, Operand second) implements Operand {
        @Override
        public String toString() {
            return first + "|" + second;
        }
    }

    /// `!p`: a predicate, negated.
    record Negated(Operand predicate) implements Operand {
        @Override
        public String toString() {
            return "!" + predicate;
        }
    }

    /// `_`: a result that nobody wants.
    record Sink() implements Operand {
        @Override
        public String toString() {
            return "_";
        }
    }
}
