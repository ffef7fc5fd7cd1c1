package xlmr.ptx.instructions;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import xlmr.ptx.machine.Program;
import xlmr.ptx.machine.Step;
import xlmr.ptx.syntax.Function;
import xlmr.ptx.syntax.Instruction;
import xlmr.ptx.syntax.Operand;
import xlmr.ptx.syntax.PtxModule;
import xlmr.ptx.syntax.PtxSyntaxException;
import xlmr.ptx.syntax.StateSpace;
import xlmr.ptx.syntax.Variable;

/// Decodes a kernel once into the steps that the machine runs.
public final class ProgramDecoder {
    private final PtxModule module;
    private final Function kernel;
    private final Placement placement;
    private final RegisterSlots slots = new RegisterSlots();
    private final List<Program.Parameter> parameters = new ArrayList<>();
    private int parameterBytes;

    private ProgramDecoder(PtxModule module, Function kernel, Map<Variable, Long> globals) {
        this.module = module;
        this.kernel = kernel;
        this.placement = new Placement(globals);
    }

    /// Decodes a kernel.
    ///
    /// @param globals addresses of the variables of the module in global and constant memory
    /// @throws PtxSyntaxException where it has an instruction or a modifier that is not known
    public static Program decode(PtxModule module, Function kernel, Map<Variable, Long> globals) {
        return new ProgramDecoder(module, kernel, globals).program();
    }

    private Program program() {
        placeParameters();
        List<Instruction> instructions = new ArrayList<>(CallExpansion.expand(module, kernel));
        instructions.add(
                new Instruction(
                        lastLine(instructions), Optional.empty(), "exit", List.of(), List.of()));
        placeShared(instructions);
        Step[] steps = new Step[instructions.size()];
        int[] targets = new int[steps.length];
        for (int i = 0; i < steps.length; i++) {
            Instruction instruction = instructions.get(i);
            steps[i] = InstructionSet.decode(new StepBuilder(instruction, slots, placement));
            targets[i] = target(instruction);
        }
        ControlFlow.link(steps, targets);
        return new Program(
                kernel.name(),
                steps,
                slots.registers(),
                List.copyOf(parameters),
                parameterBytes,
                placement.shared(),
                placement.localBytes(),
                placement.granuleShift(),
                kernel.maximumThreads(),
                kernel.requiredThreads());
    }

    private int lastLine(List<Instruction> instructions) {
        return instructions.isEmpty() ? kernel.line() : instructions.getLast().line();
    }

    private void placeParameters() {
        for (Variable parameter : kernel.parameters()) {
            int alignment = parameter.alignment();
            int offset = (parameterBytes + alignment - 1) / alignment * alignment;
            placement.placeParameter(parameter, offset);
            parameters.add(new Program.Parameter(offset, parameter.bytes()));
            parameterBytes = offset + parameter.bytes();
        }
    }

    /// Static shared variables come first, since dynamic memory begins behind them.
    private void placeShared(List<Instruction> instructions) {
        for (Instruction instruction : instructions) {
            for (Operand operand : instruction.operands()) {
                placeShared(operand);
            }
        }
    }

    private void placeShared(Operand operand) {
        switch (operand) {
            case Operand.Reference(Variable variable, long _)
                    when variable.space() == StateSpace.SHARED && !variable.isDynamic() ->
                    placement.shared().offset(variable);
            case Operand.Address(Operand base, long _) -> placeShared(base);
            case Operand.Vector(List<Operand> elements) -> elements.forEach(this::placeShared);
            default -> {}
        }
    }

    private static int target(Instruction instruction) {
        for (Operand operand : instruction.operands()) {
            if (operand instanceof Operand.Label(String _, int target)) {
                return target;
            }
        }
        return -1;
    }
}
