package xlmr.ptx.instructions;

import java.util.Optional;
import java.util.stream.IntStream;
import xlmr.ptx.machine.BlockBarrier;
import xlmr.ptx.machine.Operation;
import xlmr.ptx.machine.Step;
import xlmr.ptx.syntax.DataType;
import xlmr.ptx.syntax.Instruction;
import xlmr.ptx.syntax.Operand;
import xlmr.ptx.syntax.PtxSyntaxException;
import xlmr.ptx.syntax.Variable;

/// Decodes the operands of one instruction into places in the registers, and notes which it reads
/// and sets.
final class StepBuilder {
    private static final Operation NOTHING = (warp, lanes) -> {};

    private final Instruction instruction;
    private final RegisterSlots slots;
    private final Placement placement;
    private final Modifiers modifiers;
    private final IntStream.Builder reads = IntStream.builder();
    private final IntStream.Builder writes = IntStream.builder();

    StepBuilder(Instruction instruction, RegisterSlots slots, Placement placement) {
        this.instruction = instruction;
        this.slots = slots;
        this.placement = placement;
        this.modifiers = new Modifiers(instruction);
    }

    Instruction instruction() {
        return instruction;
    }

    Modifiers modifiers() {
        return modifiers;
    }

    Placement placement() {
        return placement;
    }

    int count() {
        return instruction.operands().size();
    }

    /// An operand by its place.
    Operand operand(int index) {
        if (index >= count()) {
            throw refusal("operand " + (index + 1) + " is missing");
        }
        return instruction.operands().get(index);
    }

    void expectOperands(int expected) {
        if (count() != expected) {
            throw refusal("expected " + expected + " operands, found " + count());
        }
    }

    PtxSyntaxException refusal(String why) {
        return modifiers.refusal(why);
    }

    /// The place of a value of up to 32 bits that is read.
    int word(Operand operand) {
        RegisterSlots.Slot slot = wordSlot(operand);
        read(slot);
        return slot.index() * 32;
    }

    /// The place of a value of 16 bits that is read; what a constant has above is cut off.
    int shortWord(Operand operand) {
        return operand instanceof Operand.Whole(long value)
                ? slots.word((int) value & 0xffff).index() * 32
                : word(operand);
    }

    /// The place of a value of up to 32 bits, for who looks after its validity himself.
    RegisterSlots.Slot wordSlot(Operand operand) {
        return switch (operand) {
            case Operand.Register register
                    when register.type() != DataType.PRED && !register.type().isWide() ->
                    slots.register(register);
            case Operand.Whole(long value) -> slots.word((int) value);
            case Operand.Single(int bits) -> slots.word(bits);
            case Operand.Special(String name) -> slots.special(name);
            case Operand.Reference(Variable variable, long offset) ->
                    slots.word((int) (placement.address(variable) + offset));
            default -> throw refusal("expected a value of up to 32 bits, found " + operand);
        };
    }

    /// The place of a value of 64 bits that is read.
    int wide(Operand operand) {
        RegisterSlots.Slot slot = wideSlot(operand);
        read(slot);
        return slot.index() * 32;
    }

    /// The place of a value of 64 bits, for who looks after its validity himself.
    RegisterSlots.Slot wideSlot(Operand operand) {
        return switch (operand) {
            case Operand.Register register when register.type().isWide() ->
                    slots.register(register);
            case Operand.Whole(long value) -> slots.wide(value);
            case Operand.Double(long bits) -> slots.wide(bits);
            case Operand.Reference(Variable variable, long offset) ->
                    slots.wide(placement.address(variable) + offset);
            default -> throw refusal("expected a value of 64 bits, found " + operand);
        };
    }

    /// The index of a predicate that is read; whether it is negated says [#isNegated].
    int flag(Operand operand) {
        RegisterSlots.Slot slot = flagSlot(operand);
        read(slot);
        return slot.index();
    }

    RegisterSlots.Slot flagSlot(Operand operand) {
        Operand plain = operand instanceof Operand.Negated(Operand predicate) ? predicate : operand;
        return switch (plain) {
            case Operand.Register register when register.type() == DataType.PRED ->
                    slots.register(register);
            case Operand.Whole(long value) -> slots.flag(value != 0);
            default -> throw refusal("expected a predicate, found " + operand);
        };
    }

    /// All lanes where the predicate is written with `!`, else none.
    static int flip(Operand operand) {
        return operand instanceof Operand.Negated ? -1 : 0;
    }

    /// The place of a result of up to 32 bits.
    int wordResult(Operand operand) {
        RegisterSlots.Slot slot = wordResultSlot(operand);
        write(slot);
        return slot.index() * 32;
    }

    RegisterSlots.Slot wordResultSlot(Operand operand) {
        return switch (operand) {
            case Operand.Register register
                    when register.type() != DataType.PRED && !register.type().isWide() ->
                    slots.register(register);
            case Operand.Sink() -> slots.scratchWord();
            default -> throw refusal("expected a register of up to 32 bits, found " + operand);
        };
    }

    /// The place of a result of 64 bits.
    int wideResult(Operand operand) {
        RegisterSlots.Slot slot = wideResultSlot(operand);
        write(slot);
        return slot.index() * 32;
    }

    RegisterSlots.Slot wideResultSlot(Operand operand) {
        return switch (operand) {
            case Operand.Register register when register.type().isWide() ->
                    slots.register(register);
            case Operand.Sink() -> slots.scratchLong();
            default -> throw refusal("expected a register of 64 bits, found " + operand);
        };
    }

    /// The index of a predicate that is set.
    int flagResult(Operand operand) {
        RegisterSlots.Slot slot = flagResultSlot(operand);
        write(slot);
        return slot.index();
    }

    RegisterSlots.Slot flagResultSlot(Operand operand) {
        return switch (operand) {
            case Operand.Register register when register.type() == DataType.PRED ->
                    slots.register(register);
            case Operand.Sink() -> slots.scratchFlag();
            default -> throw refusal("expected a predicate, found " + operand);
        };
    }

    /// Whether a register has 64 bits.
    static boolean isWide(Operand operand) {
        return operand instanceof Operand.Register register && register.type().isWide();
    }

    private void read(RegisterSlots.Slot slot) {
        if (slot.validity() != RegisterSlots.ALWAYS) {
            reads.add(slot.validity());
        }
    }

    private void write(RegisterSlots.Slot slot) {
        if (slot.validity() != RegisterSlots.ALWAYS) {
            writes.add(slot.validity());
        }
    }

    Step compute(Operation operation) {
        return step(Step.Kind.COMPUTE, operation, BlockBarrier.Use.NONE, Step.WHOLE_WARP);
    }

    Step branch() {
        return step(Step.Kind.BRANCH, NOTHING, BlockBarrier.Use.NONE, Step.WHOLE_WARP);
    }

    Step exit() {
        return step(Step.Kind.EXIT, NOTHING, BlockBarrier.Use.NONE, Step.WHOLE_WARP);
    }

    Step barrier(BlockBarrier.Use use) {
        return step(Step.Kind.BARRIER, NOTHING, use, Step.WHOLE_WARP);
    }

    /// A step that lanes do together.
    ///
    /// @param members place of the word with the lanes, or [Step#WHOLE_WARP]
    Step together(Operation operation, int members) {
        return step(Step.Kind.TOGETHER, operation, BlockBarrier.Use.NONE, members);
    }

    private Step step(Step.Kind kind, Operation operation, BlockBarrier.Use barrier, int members) {
        modifiers.end();
        Optional<RegisterSlots.Slot> guard =
                instruction.guard().map(written -> slots.register(written.predicate()));
        return new Step(
                instruction,
                kind,
                operation,
                barrier,
                reads.build().distinct().toArray(),
                writes.build().distinct().toArray(),
                guard.map(RegisterSlots.Slot::index).orElse(-1),
                guard.map(RegisterSlots.Slot::validity).orElse(RegisterSlots.ALWAYS),
                members);
    }
}
