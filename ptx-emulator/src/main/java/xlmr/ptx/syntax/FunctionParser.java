package xlmr.ptx.syntax;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Reads the body of a function. Labels are resolved at its end, when all are known.
final class FunctionParser {
    private record Placed(Instruction instruction, Scope scope) {}

    private final TokenStream tokens;
    private final VariableParser variableParser;
    private final OperandParser operandParser;
    private final List<Variable> variables = new ArrayList<>();
    private final List<Placed> placed = new ArrayList<>();
    private Scope scope;

    FunctionParser(TokenStream tokens, Scope module, VariableParser variableParser) {
        this.tokens = tokens;
        this.variableParser = variableParser;
        this.operandParser = new OperandParser(tokens);
        this.scope = new Scope(module);
    }

    /// Declares a parameter before the body is read.
    void declare(Variable parameter) {
        scope.declareVariable(parameter);
    }

    List<Variable> variables() {
        return List.copyOf(variables);
    }

    List<Instruction> instructions() {
        return placed.stream().map(FunctionParser::resolved).toList();
    }

    void parse() {
        Scope outermost = scope;
        tokens.expect("{");
        while (true) {
            Token token = tokens.next();
            if (token.kind() == Token.Kind.END) {
                throw new PtxSyntaxException(token.line(), "the body of a function is not closed");
            }
            if (token.is("{")) {
                scope = new Scope(scope);
            } else if (token.is("}")) {
                if (scope == outermost) {
                    return;
                }
                scope = scope.parent().orElseThrow();
            } else if (!token.is(";")) {
                statement(token);
            }
        }
    }

    private void statement(Token token) {
        if (token.text().startsWith(".")) {
            directive(token);
        } else if (token.is("@")) {
            boolean negated = tokens.take("!");
            Token predicate = tokens.next();
            Operand.Register register =
                    scope.register(predicate.text())
                            .filter(known -> known.type() == DataType.PRED)
                            .orElseThrow(
                                    () ->
                                            new PtxSyntaxException(
                                                    predicate.line(),
                                                    "'"
                                                            + predicate.text()
                                                            + "' is not a predicate"));
            instruction(tokens.next(), Optional.of(new Instruction.Guard(register, negated)));
        } else if (token.kind() == Token.Kind.WORD && tokens.take(":")) {
            scope.declareLabel(token.text(), placed.size(), token.line());
        } else if (token.kind() == Token.Kind.WORD) {
            instruction(token, Optional.empty());
        } else {
            throw new PtxSyntaxException(
                    token.line(), "expected an instruction, found '" + token.text() + "'");
        }
    }

    private void directive(Token token) {
        switch (token.text()) {
            case ".reg" -> registers(token.line());
            case ".shared" -> variable(StateSpace.SHARED);
            case ".local" -> variable(StateSpace.LOCAL);
            case ".param" -> variable(StateSpace.PARAM);
            case ".loc" -> location();
            case ".pragma" -> {
                tokens.next();
                tokens.expect(";");
            }
            default ->
                    throw new PtxSyntaxException(
                            token.line(), "the directive '" + token.text() + "' is not known");
        }
    }

    private void variable(StateSpace space) {
        do {
            Variable variable = variableParser.variable(space);
            scope.declareVariable(variable);
            variables.add(variable);
        } while (tokens.take(","));
        tokens.expect(";");
    }

    private void registers(int line) {
        String typeName = tokens.word("a type");
        DataType type =
                DataType.named(typeName.substring(1))
                        .orElseThrow(
                                () ->
                                        new PtxSyntaxException(
                                                line,
                                                "registers of type "
                                                        + typeName
                                                        + " are not known"));
        do {
            String name = tokens.word("the name of a register");
            if (tokens.take("<")) {
                scope.declareRange(name, tokens.count("a number of registers"), type, line);
                tokens.expect(">");
            } else {
                scope.declareRegister(name, type, line);
            }
        } while (tokens.take(","));
        tokens.expect(";");
    }

    /// `.loc 1 10 0, function_name $L__info, inlined_at 1 20 3`: for debuggers, and without a
    /// semicolon.
    private void location() {
        for (int i = 0; i < 3; i++) {
            tokens.integer();
        }
        while (tokens.take(",")) {
            if (tokens.take("function_name")) {
                tokens.next();
                if (tokens.take("+")) {
                    tokens.integer();
                }
            } else {
                tokens.expect("inlined_at");
                for (int i = 0; i < 3; i++) {
                    tokens.integer();
                }
            }
        }
    }

    private void instruction(Token name, Optional<Instruction.Guard> guard) {
        String[] parts = name.text().split("\\.", -1);
        List<Operand> operands = new ArrayList<>();
        while (!tokens.take(";")) {
            operands.add(operandParser.operand(scope));
            if (!tokens.peek().is(";")) {
                tokens.expect(",");
            }
        }
        List<String> modifiers = List.of(parts).subList(1, parts.length);
        placed.add(
                new Placed(
                        new Instruction(
                                name.line(), guard, parts[0], modifiers, List.copyOf(operands)),
                        scope));
    }

    /// Turns names into labels where there is one of that name.
    private static Instruction resolved(Placed placed) {
        Instruction instruction = placed.instruction();
        List<Operand> operands =
                instruction.operands().stream()
                        .map(operand -> resolved(operand, placed.scope()))
                        .toList();
        return new Instruction(
                instruction.line(),
                instruction.guard(),
                instruction.opcode(),
                instruction.modifiers(),
                operands);
    }

    private static Operand resolved(Operand operand, Scope scope) {
        if (operand instanceof Operand.Name(String name)) {
            return scope.label(name)
                    .<Operand>map(target -> new Operand.Label(name, target))
                    .orElse(operand);
        }
        return operand;
    }
}
