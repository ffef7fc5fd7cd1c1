package xlmr.ptx.instructions;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import xlmr.ptx.machine.Program;
import xlmr.ptx.syntax.DataType;
import xlmr.ptx.syntax.Operand;

/// Gives registers, constants and special registers their places in the files of a warp.
final class RegisterSlots {
    /// Always set.
    static final int ALWAYS = -1;

    /// Where a register is.
    ///
    /// @param index in its file
    /// @param validity its validity number, or [#ALWAYS]
    record Slot(int index, int validity) {}

    private final Map<Integer, Slot> registers = new HashMap<>();
    private final Map<Integer, Slot> wordConstants = new HashMap<>();
    private final Map<Long, Slot> longConstants = new HashMap<>();
    private final Map<Boolean, Slot> flagConstants = new HashMap<>();
    private final Map<String, Slot> specials = new HashMap<>();
    private final List<Program.Constant> words = new ArrayList<>();
    private final List<Program.Constant> longs = new ArrayList<>();
    private final List<Program.Constant> flags = new ArrayList<>();
    private final List<Program.Special> specialList = new ArrayList<>();
    private final List<String> names = new ArrayList<>();
    private int nextWord;
    private int nextLong;
    private int nextFlag;

    Slot register(Operand.Register register) {
        return registers.computeIfAbsent(
                register.id(),
                id -> {
                    names.add(register.name());
                    int validity = names.size() - 1;
                    if (register.type() == DataType.PRED) {
                        return new Slot(nextFlag++, validity);
                    }
                    return new Slot(register.type().isWide() ? nextLong++ : nextWord++, validity);
                });
    }

    /// A place for what nobody wants.
    Slot scratchWord() {
        return new Slot(nextWord++, ALWAYS);
    }

    Slot scratchLong() {
        return new Slot(nextLong++, ALWAYS);
    }

    Slot scratchFlag() {
        return new Slot(nextFlag++, ALWAYS);
    }

    Slot word(int value) {
        return wordConstants.computeIfAbsent(
                value,
                key -> {
                    words.add(new Program.Constant(nextWord, value));
                    return new Slot(nextWord++, ALWAYS);
                });
    }

    Slot wide(long value) {
        return longConstants.computeIfAbsent(
                value,
                key -> {
                    longs.add(new Program.Constant(nextLong, value));
                    return new Slot(nextLong++, ALWAYS);
                });
    }

    Slot flag(boolean value) {
        return flagConstants.computeIfAbsent(
                value,
                key -> {
                    flags.add(new Program.Constant(nextFlag, value ? 1 : 0));
                    return new Slot(nextFlag++, ALWAYS);
                });
    }

    Slot special(String name) {
        return specials.computeIfAbsent(
                name,
                key -> {
                    specialList.add(new Program.Special(name, nextWord));
                    return new Slot(nextWord++, ALWAYS);
                });
    }

    Program.Registers registers() {
        return new Program.Registers(
                nextWord,
                nextLong,
                nextFlag,
                List.copyOf(words),
                List.copyOf(longs),
                List.copyOf(flags),
                List.copyOf(specialList),
                List.copyOf(names));
    }
}
