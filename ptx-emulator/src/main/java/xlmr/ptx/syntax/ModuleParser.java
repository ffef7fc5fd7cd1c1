package xlmr.ptx.syntax;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Reads what stands outside of functions.
final class ModuleParser {
    private final TokenStream tokens;
    private final VariableParser variableParser;
    private final Scope names = new Scope();
    private final List<Variable> variables = new ArrayList<>();
    private final Map<String, Function> functions = new LinkedHashMap<>();
    private String version = "";
    private String target = "";

    ModuleParser(TokenStream tokens) {
        this.tokens = tokens;
        this.variableParser = new VariableParser(tokens);
    }

    PtxModule module() {
        while (!tokens.atEnd()) {
            directive(tokens.next());
        }
        if (target.isEmpty()) {
            throw new PtxSyntaxException(1, "there is no .target: this is not PTX");
        }
        return new PtxModule(
                version,
                target,
                List.copyOf(variables),
                java.util.Collections.unmodifiableMap(functions));
    }

    private void directive(Token token) {
        switch (token.text()) {
            case ".version" -> version = tokens.next().text();
            case ".target" -> target();
            case ".address_size" -> addressSize();
            case ".file" -> file();
            case ".section" -> section();
            case ".visible", ".weak", ".extern", ".common" -> {}
            case ".global" -> variable(StateSpace.GLOBAL);
            case ".const" -> variable(StateSpace.CONST);
            case ".shared" -> variable(StateSpace.SHARED);
            case ".entry" -> function(true, token.line());
            case ".func" -> function(false, token.line());
            default ->
                    throw new PtxSyntaxException(
                            token.line(), "the directive '" + token.text() + "' is not known");
        }
    }

    private void target() {
        target = tokens.word("an architecture");
        while (tokens.take(",")) {
            Token option = tokens.next();
            if (!option.is("debug") && !option.is("texmode_independent")) {
                throw new PtxSyntaxException(
                        option.line(), "the target '" + option.text() + "' is not known");
            }
        }
    }

    private void addressSize() {
        Token token = tokens.peek();
        if (tokens.integer() != 64) {
            throw new PtxSyntaxException(token.line(), "addresses must have 64 bits");
        }
    }

    private void file() {
        tokens.integer();
        tokens.next();
        while (tokens.take(",")) {
            tokens.integer();
        }
    }

    /// Debugging information changes nothing; other sections are refused.
    private void section() {
        Token name = tokens.next();
        if (!name.text().startsWith(".debug_")) {
            throw new PtxSyntaxException(
                    name.line(), "the section '" + name.text() + "' is not known");
        }
        tokens.expect("{");
        while (!tokens.take("}")) {
            if (tokens.next().kind() == Token.Kind.END) {
                throw new PtxSyntaxException(name.line(), "the section is not closed");
            }
        }
    }

    private void variable(StateSpace space) {
        do {
            Variable variable = variableParser.variable(space);
            names.declareVariable(variable);
            variables.add(variable);
        } while (tokens.take(","));
        tokens.expect(";");
    }

    private void function(boolean isKernel, int line) {
        List<Variable> results = tokens.peek().is("(") ? parameters() : List.of();
        String name = tokens.word("the name of a function");
        List<Variable> parameters = tokens.peek().is("(") ? parameters() : List.of();
        int maximum = 1024;
        int required = 0;
        while (!tokens.peek().is("{") && !tokens.peek().is(";")) {
            Token token = tokens.next();
            switch (token.text()) {
                case ".maxntid" -> maximum = Math.min(maximum, threads());
                case ".reqntid" -> required = threads();
                case ".minnctapersm", ".maxnreg", ".maxnctapersm" -> tokens.count("a number");
                case ".noreturn" -> {}
                default ->
                        throw new PtxSyntaxException(
                                token.line(), "the directive '" + token.text() + "' is not known");
            }
        }
        Function declared = functions.get(name);
        if (tokens.take(";")) {
            functions.putIfAbsent(
                    name,
                    new Function(
                            name,
                            isKernel,
                            results,
                            parameters,
                            List.of(),
                            List.of(),
                            maximum,
                            required,
                            false,
                            line));
            return;
        }
        if (declared != null && declared.hasBody()) {
            throw new PtxSyntaxException(line, "the function " + name + " is there twice");
        }
        FunctionParser body = new FunctionParser(tokens, names, variableParser);
        results.forEach(body::declare);
        parameters.forEach(body::declare);
        body.parse();
        functions.put(
                name,
                new Function(
                        name,
                        isKernel,
                        results,
                        parameters,
                        body.variables(),
                        body.instructions(),
                        maximum,
                        required,
                        true,
                        line));
    }

    /// `128, 1, 1`: their product.
    private int threads() {
        int threads = tokens.count("a number of threads");
        while (tokens.take(",")) {
            threads *= tokens.count("a number of threads");
        }
        return threads;
    }

    private List<Variable> parameters() {
        List<Variable> parameters = new ArrayList<>();
        tokens.expect("(");
        while (!tokens.take(")")) {
            Token token = tokens.next();
            if (!token.is(".param")) {
                throw new PtxSyntaxException(
                        token.line(), "expected a .param, found '" + token.text() + "'");
            }
            parameters.add(variableParser.variable(StateSpace.PARAM));
            if (!tokens.peek().is(")")) {
                tokens.expect(",");
            }
        }
        return List.copyOf(parameters);
    }
}
