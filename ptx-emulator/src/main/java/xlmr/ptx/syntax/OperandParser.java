package xlmr.ptx.syntax;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Reads one operand.
final class OperandParser {
    private final TokenStream tokens;

    OperandParser(TokenStream tokens) {
        this.tokens = tokens;
    }

    Operand operand(Scope scope) {
        Token token = tokens.peek();
        if (tokens.take("!")) {
            return new Operand.Negated(name(scope));
        }
        if (tokens.take("[")) {
            return address(scope);
        }
        if (tokens.take("{")) {
            return new Operand.Vector(list(scope, "}"));
        }
        if (tokens.take("(")) {
            return new Operand.Group(list(scope, ")"));
        }
        if (token.kind() == Token.Kind.NUMBER || token.is("-")) {
            return number();
        }
        Operand first = name(scope);
        return tokens.take("|") ? new Operand.Pair(first, name(scope)) : first;
    }

    private List<Operand> list(Scope scope, String end) {
        List<Operand> elements = new ArrayList<>();
        while (!tokens.take(end)) {
            // Lists do not lie in each other: no recursion, however the text is made.
            Token token = tokens.peek();
            boolean isNumber = token.kind() == Token.Kind.NUMBER || token.is("-");
            elements.add(isNumber ? number() : name(scope));
            if (!tokens.peek().is(end)) {
                tokens.expect(",");
            }
        }
        return List.copyOf(elements);
    }

    private Operand address(Scope scope) {
        Token token = tokens.peek();
        Operand base = token.kind() == Token.Kind.NUMBER ? number() : name(scope);
        long offset = 0;
        if (tokens.take("+")) {
            offset = tokens.integer();
        } else if (tokens.peek().is("-")) {
            offset = tokens.integer();
        }
        tokens.expect("]");
        return new Operand.Address(base, offset);
    }

    private Operand number() {
        Token token = tokens.peek();
        String text = token.text();
        try {
            if (text.startsWith("0f") || text.startsWith("0F")) {
                tokens.next();
                return new Operand.Single(Integer.parseUnsignedInt(text.substring(2), 16));
            }
            if (text.startsWith("0d") || text.startsWith("0D")) {
                tokens.next();
                return new Operand.Double(Long.parseUnsignedLong(text.substring(2), 16));
            }
        } catch (NumberFormatException exception) {
            throw new PtxSyntaxException(token.line(), "'" + text + "' is not a number");
        }
        return new Operand.Whole(tokens.integer());
    }

    private Operand name(Scope scope) {
        Token token = tokens.peek();
        String name = tokens.word("an operand");
        if (name.equals("_")) {
            return new Operand.Sink();
        }
        if (name.equals("WARP_SZ")) {
            return new Operand.Whole(32);
        }
        Optional<Operand.Register> register = scope.register(name);
        if (register.isPresent()) {
            return register.get();
        }
        Optional<Variable> variable = scope.variable(name);
        if (variable.isPresent()) {
            long offset = tokens.take("+") ? tokens.integer() : 0;
            return new Operand.Reference(variable.get(), offset);
        }
        if (name.startsWith("%")) {
            if (SpecialRegisters.NAMES.contains(name)) {
                return new Operand.Special(name);
            }
            throw new PtxSyntaxException(token.line(), "the register " + name + " is not declared");
        }
        return new Operand.Name(name);
    }
}
