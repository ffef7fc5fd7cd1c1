package xlmr.ptx.instructions;

import xlmr.ptx.machine.Step;
import xlmr.ptx.syntax.DataType;

/// All instructions that the emulator knows.
final class InstructionSet {
    private InstructionSet() {}

    /// Decodes an instruction; one that is not known is refused.
    static Step decode(StepBuilder builder) {
        Modifiers modifiers = builder.modifiers();
        return switch (builder.instruction().opcode()) {
            case "bra" -> ControlInstructions.branch(builder);
            case "ret", "exit" -> ControlInstructions.end(builder);
            case "trap" -> ControlInstructions.trap(builder);
            case "bar", "barrier" -> ControlInstructions.barrier(builder);
            case "membar", "fence" -> ControlInstructions.fence(builder);
            case "nanosleep" -> ControlInstructions.sleep(builder);
            case "prefetch" -> ControlInstructions.prefetch(builder);
            case "createpolicy" -> ControlInstructions.createPolicy(builder);
            case "isspacep" -> MoveInstructions.isInSpace(builder);
            case "cvt" -> ConversionInstructions.decode(builder);
            case "cp" -> CopyInstructions.decode(builder);
            case "mma" -> MatrixInstructions.multiply(builder);
            case "elect" -> WarpInstructions.elect(builder);
            default -> decodeTyped(builder, modifiers.takeType());
        };
    }

    private static Step decodeTyped(StepBuilder builder, DataType type) {
        return switch (builder.instruction().opcode()) {
            case "mov" -> MoveInstructions.move(builder, type);
            case "cvta" -> MoveInstructions.convertAddress(builder, type);
            case "ld" -> MemoryInstructions.load(builder, type);
            case "st" -> MemoryInstructions.store(builder, type);
            case "atom", "red" -> AtomicInstructions.decode(builder, type);
            case "setp" -> ComparisonInstructions.setPredicate(builder, type);
            case "set" -> ComparisonInstructions.set(builder, type);
            case "selp" -> ComparisonInstructions.select(builder, type);
            case "slct" -> ComparisonInstructions.selectBySign(builder, type);
            case "shfl" -> {
                expect(builder, type == DataType.B32, type);
                yield WarpInstructions.shuffle(builder);
            }
            case "vote" -> WarpInstructions.vote(builder, type);
            case "match" -> WarpInstructions.match(builder, type);
            case "redux" -> WarpInstructions.reduce(builder, type);
            case "activemask" -> {
                expect(builder, type == DataType.B32, type);
                yield WarpInstructions.activeMask(builder);
            }
            case "ldmatrix" -> MatrixInstructions.load(builder, type);
            default -> decodeBits(builder, type);
        };
    }

    private static Step decodeBits(StepBuilder builder, DataType type) {
        boolean isInteger = type.isInteger() && type.bytes() >= 2;
        return switch (builder.instruction().opcode()) {
            case "and", "or", "xor" -> {
                expect(builder, isInteger || type == DataType.PRED, type);
                yield BitInstructions.logic(builder, type);
            }
            case "not", "cnot" -> {
                expect(builder, isInteger || type == DataType.PRED, type);
                yield BitInstructions.not(builder, type);
            }
            case "shl", "shr" -> {
                expect(builder, isInteger, type);
                yield BitInstructions.shift(builder, type);
            }
            case "shf", "lop3", "prmt" -> {
                expect(builder, type == DataType.B32, type);
                yield switch (builder.instruction().opcode()) {
                    case "shf" -> BitInstructions.funnelShift(builder);
                    case "lop3" -> BitInstructions.anyLogic(builder);
                    default -> BitInstructions.permute(builder);
                };
            }
            case "popc", "clz", "brev" -> {
                expect(builder, isInteger && type.bytes() >= 4, type);
                yield BitInstructions.count(builder, type);
            }
            case "bfind" -> {
                expect(builder, isInteger, type);
                yield BitInstructions.findBit(builder, type);
            }
            case "bfe" -> {
                expect(builder, isInteger && type.bytes() >= 4, type);
                yield BitInstructions.extract(builder, type);
            }
            case "bfi" -> {
                expect(builder, isInteger && type.bytes() >= 4, type);
                yield BitInstructions.insert(builder, type);
            }
            default -> decodeArithmetic(builder, type);
        };
    }

    private static Step decodeArithmetic(StepBuilder builder, DataType type) {
        return switch (type) {
            case F32 -> decodeFloat(builder);
            case F64 -> DoubleInstructions.decode(builder);
            case F16, F16X2, BF16, BF16X2 -> HalfInstructions.decode(builder, type);
            case U16, S16, U32, S32, U64, S64 -> decodeInteger(builder, type);
            case PRED, B8, U8, S8, B16, B32, B64, TF32 ->
                    throw isArithmetic(builder)
                            ? builder.refusal("not known for ." + type)
                            : unknown(builder);
        };
    }

    private static Step decodeInteger(StepBuilder builder, DataType type) {
        return switch (builder.instruction().opcode()) {
            case "add", "sub", "div", "rem", "min", "max" ->
                    IntegerInstructions.binary(builder, type);
            case "mul", "mad" -> IntegerInstructions.multiply(builder, type);
            case "abs", "neg" -> IntegerInstructions.unary(builder, type);
            case "sad" -> IntegerInstructions.sumOfDifference(builder, type);
            default -> throw unknown(builder);
        };
    }

    private static Step decodeFloat(StepBuilder builder) {
        return switch (builder.instruction().opcode()) {
            case "add", "sub", "mul", "fma", "mad" -> FloatInstructions.arithmetic(builder);
            case "div" -> FloatInstructions.divide(builder);
            case "rcp", "sqrt", "rsqrt", "ex2", "lg2", "sin", "cos", "tanh" ->
                    FloatInstructions.function(builder);
            case "min", "max" -> FloatInstructions.extreme(builder);
            case "abs", "neg" -> FloatInstructions.sign(builder);
            case "copysign" -> FloatInstructions.copySign(builder);
            case "testp" -> FloatInstructions.testProperty(builder, DataType.F32);
            default -> throw unknown(builder);
        };
    }

    private static boolean isArithmetic(StepBuilder builder) {
        return switch (builder.instruction().opcode()) {
            case "add", "sub", "mul", "mad", "div", "rem", "min", "max", "abs", "neg", "fma" ->
                    true;
            default -> false;
        };
    }

    private static void expect(StepBuilder builder, boolean holds, DataType type) {
        if (!holds) {
            throw builder.refusal("not known for ." + type);
        }
    }

    private static xlmr.ptx.syntax.PtxSyntaxException unknown(StepBuilder builder) {
        return builder.refusal(
                "the instruction '" + builder.instruction().opcode() + "' is not known");
    }
}
