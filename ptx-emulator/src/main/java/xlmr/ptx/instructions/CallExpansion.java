package xlmr.ptx.instructions;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import xlmr.ptx.syntax.Function;
import xlmr.ptx.syntax.Instruction;
import xlmr.ptx.syntax.Operand;
import xlmr.ptx.syntax.PtxModule;
import xlmr.ptx.syntax.PtxSyntaxException;
import xlmr.ptx.syntax.StateSpace;
import xlmr.ptx.syntax.Variable;

/// Puts the body of a function in the place of every call, so that a kernel is one list of
/// instructions. Parameters of functions become local variables. A function that calls itself, and
/// a call by address, are refused.
final class CallExpansion {
    private static final int MOST_INSTRUCTIONS = 1_000_000;

    private final PtxModule module;
    private final List<Instruction> instructions = new ArrayList<>();
    private final Set<String> open = new LinkedHashSet<>();
    private int nextRegister;

    private CallExpansion(PtxModule module) {
        this.module = module;
    }

    /// The instructions of a kernel with all calls expanded; labels are places in the list.
    static List<Instruction> expand(PtxModule module, Function kernel) {
        CallExpansion expansion = new CallExpansion(module);
        expansion.body(kernel, new HashMap<>(), false);
        return expansion.instructions;
    }

    /// Names of one copy of a function.
    private final class Frame {
        final Map<Integer, Operand.Register> registers = new HashMap<>();
        final Map<Variable, Variable> variables;

        /// Where the copy of each instruction begins; the last entry is the end.
        final int[] places;

        /// Branches, whose labels are renamed when all places are known.
        final List<Integer> branches = new ArrayList<>();

        Frame(Function function, Map<Variable, Variable> variables) {
            this.variables = variables;
            this.places = new int[function.instructions().size() + 1];
        }

        Instruction renamed(Instruction instruction) {
            return new Instruction(
                    instruction.line(),
                    instruction
                            .guard()
                            .map(
                                    guard ->
                                            new Instruction.Guard(
                                                    renamed(guard.predicate()), guard.negated())),
                    instruction.opcode(),
                    instruction.modifiers(),
                    instruction.operands().stream().map(this::renamed).toList());
        }

        Operand renamed(Operand operand) {
            return switch (operand) {
                case Operand.Register register -> renamed(register);
                case Operand.Reference(Variable variable, long offset) ->
                        new Operand.Reference(variables.getOrDefault(variable, variable), offset);
                case Operand.Address(Operand base, long offset) ->
                        new Operand.Address(renamed(base), offset);
                case Operand.Vector(List<Operand> elements) ->
                        new Operand.Vector(elements.stream().map(this::renamed).toList());
                case Operand.Group(List<Operand> elements) ->
                        new Operand.Group(elements.stream().map(this::renamed).toList());
                case Operand.Pair(Operand first, Operand second) ->
                        new Operand.Pair(renamed(first), renamed(second));
                case Operand.Negated(Operand predicate) -> new Operand.Negated(renamed(predicate));
                case Operand.Label(String name, int target) ->
                        new Operand.Label(name, places[target]);
                case Operand.Special special -> special;
                case Operand.Whole whole -> whole;
                case Operand.Single single -> single;
                case Operand.Double wide -> wide;
                case Operand.Name name -> name;
                case Operand.Sink sink -> sink;
            };
        }

        Operand.Register renamed(Operand.Register register) {
            return registers.computeIfAbsent(
                    register.id(),
                    id -> new Operand.Register(register.name(), register.type(), nextRegister++));
        }
    }

    private void body(Function function, Map<Variable, Variable> parameters, boolean isCalled) {
        if (!open.add(function.name())) {
            throw new PtxSyntaxException(
                    function.line(),
                    "the function " + function.name() + " calls itself, which is not known");
        }
        Map<Variable, Variable> variables = new HashMap<>(parameters);
        for (Variable variable : function.variables()) {
            variables.put(variable, ownCopy(variable));
        }
        Frame frame = new Frame(function, variables);
        for (int i = 0; i < function.instructions().size(); i++) {
            frame.places[i] = instructions.size();
            place(function.instructions().get(i), frame, isCalled);
        }
        frame.places[function.instructions().size()] = instructions.size();
        // Labels are known only now.
        for (int branch : frame.branches) {
            instructions.set(branch, frame.renamed(instructions.get(branch)));
        }
        open.remove(function.name());
    }

    /// Shared variables are there once for a block, whatever function declares them.
    private static Variable ownCopy(Variable variable) {
        return switch (variable.space()) {
            case PARAM, LOCAL ->
                    new Variable(
                            StateSpace.LOCAL,
                            variable.name(),
                            variable.alignment(),
                            variable.bytes(),
                            variable.initial(),
                            variable.line());
            case SHARED, GLOBAL, CONST, GENERIC -> variable;
        };
    }

    private void place(Instruction instruction, Frame frame, boolean isCalled) {
        if (instructions.size() >= MOST_INSTRUCTIONS) {
            throw new PtxSyntaxException(
                    instruction.line(), "with all calls expanded there are too many instructions");
        }
        if (instruction.opcode().equals("call")) {
            call(instruction, frame);
            return;
        }
        Instruction placed = instruction;
        if (isCalled && instruction.opcode().equals("ret")) {
            Operand end = new Operand.Label("the end of the call", frame.places.length - 1);
            placed =
                    new Instruction(
                            instruction.line(),
                            instruction.guard(),
                            "bra",
                            List.of(),
                            List.of(end));
        }
        if (placed.operands().stream().anyMatch(operand -> operand instanceof Operand.Label)) {
            frame.branches.add(instructions.size());
            instructions.add(placed);
        } else {
            instructions.add(frame.renamed(placed));
        }
    }

    private void call(Instruction instruction, Frame frame) {
        List<Operand> operands = new ArrayList<>(instruction.operands());
        if (instruction.guard().isPresent()) {
            throw new PtxSyntaxException(instruction.line(), "a guarded call is not known");
        }
        List<Operand> results =
                !operands.isEmpty()
                                && operands.getFirst() instanceof Operand.Group(List<Operand> group)
                        ? group
                        : List.of();
        if (!results.isEmpty()) {
            operands.removeFirst();
        }
        if (operands.isEmpty() || !(operands.getFirst() instanceof Operand.Name(String name))) {
            throw new PtxSyntaxException(instruction.line(), "a call by address is not known");
        }
        List<Operand> arguments =
                operands.size() > 1 && operands.get(1) instanceof Operand.Group(List<Operand> group)
                        ? group
                        : List.of();
        if (name.equals("__assertfail")) {
            instructions.add(
                    new Instruction(
                            instruction.line(), Optional.empty(), "trap", List.of(), List.of()));
            return;
        }
        Function callee = module.functions().get(name);
        if (callee == null || !callee.hasBody()) {
            throw new PtxSyntaxException(
                    instruction.line(), "the function " + name + " has no body in this module");
        }
        if (callee.results().size() != results.size()
                || callee.parameters().size() != arguments.size()) {
            throw new PtxSyntaxException(
                    instruction.line(), "the call does not fit the parameters of " + name);
        }
        Map<Variable, Variable> parameters = new HashMap<>();
        bind(instruction, callee.results(), results, frame, parameters);
        bind(instruction, callee.parameters(), arguments, frame, parameters);
        body(callee, parameters, true);
    }

    private static void bind(
            Instruction instruction,
            List<Variable> formal,
            List<Operand> actual,
            Frame frame,
            Map<Variable, Variable> parameters) {
        for (int i = 0; i < formal.size(); i++) {
            if (!(frame.renamed(actual.get(i))
                            instanceof Operand.Reference(Variable variable, long offset))
                    || offset != 0) {
                throw new PtxSyntaxException(
                        instruction.line(), "an argument of a call must be a .param variable");
            }
            parameters.put(formal.get(i), variable);
        }
    }
}
