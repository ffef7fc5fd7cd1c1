package xlmr.checkpoint;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import xlmr.checkpoint.PickleValue.Constant;
import xlmr.checkpoint.PickleValue.Items;
import xlmr.checkpoint.PickleValue.Mapping;
import xlmr.checkpoint.PickleValue.Text;
import xlmr.checkpoint.PickleValue.Tuple;
import xlmr.checkpoint.PickleValue.Whole;

/// The stack machine of Python's pickles, without what makes them dangerous: it knows the opcodes
/// that `torch.save` writes, the names of [TorchGlobal], and no others. It calls nothing; what a
/// call would have made of tensors, [TorchObjects] states.
///
/// Memory is at most some dozen bytes for each byte of the pickle, and there is no recursion.
final class PickleMachine {
    private static final int NEWEST_PROTOCOL = 5;

    private final PickleReader reader;
    private final TorchObjects objects;
    private final List<PickleValue> stack = new ArrayList<>();
    private final List<Integer> marks = new ArrayList<>();
    private final Map<Long, PickleValue> memo = new HashMap<>();

    private PickleMachine(PickleReader reader, TorchObjects objects) {
        this.reader = reader;
        this.objects = objects;
    }

    /// Reads one pickle, up to and with its STOP.
    ///
    /// @throws CheckpointException if it is damaged or holds anything but data and tensors
    static PickleValue load(PickleReader reader, TorchObjects objects) {
        return new PickleMachine(reader, objects).load();
    }

    private PickleValue load() {
        for (PickleOpcode opcode = reader.opcode();
                opcode != PickleOpcode.STOP;
                opcode = reader.opcode()) {
            step(opcode);
        }
        return pop();
    }

    private void step(PickleOpcode opcode) {
        switch (opcode) {
            case PROTO -> checkProtocol(reader.unsignedByte());
            case FRAME -> reader.skip(8);
            case STOP -> throw new AssertionError();
            case NONE -> stack.add(Constant.NONE);
            case NEWTRUE -> stack.add(Constant.TRUE);
            case NEWFALSE -> stack.add(Constant.FALSE);
            case BININT -> stack.add(Whole.of(reader.signedInt()));
            case BININT1 -> stack.add(Whole.of(reader.unsignedByte()));
            case BININT2 -> stack.add(Whole.of(reader.unsignedShort()));
            case LONG1 -> stack.add(new Whole(reader.integer(reader.unsignedByte())));
            case BINFLOAT -> skipped(8);
            case BINUNICODE -> stack.add(new Text(reader.utf8(reader.unsignedInt())));
            case SHORT_BINUNICODE -> stack.add(new Text(reader.utf8(reader.unsignedByte())));
            case BINUNICODE8 -> stack.add(new Text(reader.utf8(reader.signedLong())));
            case BINSTRING -> stack.add(new Text(reader.latin1(reader.signedInt())));
            case SHORT_BINSTRING -> stack.add(new Text(reader.latin1(reader.unsignedByte())));
            case BINBYTES -> skipped(reader.unsignedInt());
            case SHORT_BINBYTES -> skipped(reader.unsignedByte());
            case MARK -> marks.add(stack.size());
            case EMPTY_TUPLE -> stack.add(new Tuple(List.of()));
            case TUPLE -> stack.add(new Tuple(popToMark()));
            case TUPLE1 -> stack.add(new Tuple(popLast(1)));
            case TUPLE2 -> stack.add(new Tuple(popLast(2)));
            case TUPLE3 -> stack.add(new Tuple(popLast(3)));
            case EMPTY_LIST -> stack.add(new Items(new ArrayList<>(0)));
            case APPEND -> append(popLast(1));
            case APPENDS -> append(popToMark());
            case EMPTY_DICT -> stack.add(Mapping.empty());
            case SETITEM -> put(popLast(2));
            case SETITEMS -> put(popToMark());
            case BINGET -> recall(reader.unsignedByte());
            case LONG_BINGET -> recall(reader.unsignedInt());
            case BINPUT -> memo.put((long) reader.unsignedByte(), top());
            case LONG_BINPUT -> memo.put(reader.unsignedInt(), top());
            case MEMOIZE -> memo.put((long) memo.size(), top());
            case GLOBAL -> global(reader.line(), reader.line());
            case STACK_GLOBAL -> stackGlobal();
            case REDUCE -> reduce();
            case BUILD -> build();
            case BINPERSID -> stack.add(objects.persistent(reader, pop()));
            case INT,
                    LONG,
                    LONG4,
                    FLOAT,
                    STRING,
                    UNICODE,
                    LIST,
                    DICT,
                    GET,
                    PUT,
                    POP,
                    POP_MARK,
                    DUP,
                    PERSID,
                    INST,
                    OBJ,
                    NEWOBJ,
                    NEWOBJ_EX,
                    EXT1,
                    EXT2,
                    EXT4,
                    EMPTY_SET,
                    ADDITEMS,
                    FROZENSET,
                    BINBYTES8,
                    BYTEARRAY8,
                    NEXT_BUFFER,
                    READONLY_BUFFER ->
                    throw reader.refused(
                            "opcode %s, which no file of tensors needs".formatted(opcode),
                            TorchObjects.REMEDY);
        }
    }

    private void checkProtocol(int protocol) {
        if (protocol > NEWEST_PROTOCOL) {
            throw reader.refused(
                    "pickle protocol %d; the newest is %d".formatted(protocol, NEWEST_PROTOCOL));
        }
    }

    private void skipped(long length) {
        reader.skip(length);
        stack.add(Constant.OTHER);
    }

    private void append(List<PickleValue> items) {
        if (!(top() instanceof Items list)) {
            throw reader.refused("items for %s".formatted(top().words()));
        }
        list.items().addAll(items);
    }

    private void put(List<PickleValue> pairs) {
        if (!(top() instanceof Mapping mapping)) {
            throw reader.refused("entries for %s".formatted(top().words()));
        }
        if (pairs.size() % 2 != 0) {
            throw reader.refused("a key without a value");
        }
        for (int i = 0; i < pairs.size(); i += 2) {
            mapping.put(pairs.get(i), pairs.get(i + 1));
        }
    }

    private void recall(long index) {
        PickleValue value = memo.get(index);
        if (value == null) {
            throw reader.refused("nothing was kept under %d".formatted(index));
        }
        stack.add(value);
    }

    private void global(String module, String name) {
        PickleValue value = TorchGlobal.of(module, name);
        if (value == null) {
            throw reader.refused(
                    "names %s.%s, which no file of tensors needs".formatted(module, name),
                    TorchObjects.REMEDY);
        }
        stack.add(value);
    }

    private void stackGlobal() {
        List<PickleValue> names = popLast(2);
        if (!(names.get(0) instanceof Text module && names.get(1) instanceof Text name)) {
            throw reader.refused("a name that is no text");
        }
        global(module.text(), name.text());
    }

    private void reduce() {
        List<PickleValue> call = popLast(2);
        if (!(call.get(1) instanceof Tuple arguments)) {
            throw reader.refused("a call with %s".formatted(call.get(1).words()));
        }
        stack.add(objects.call(reader, call.get(0), arguments.items()));
    }

    // An OrderedDict may have attributes: state dicts have versions of modules. Nothing needs them.
    private void build() {
        pop();
        if (!(top() instanceof Mapping)) {
            throw reader.refused("a state for %s".formatted(top().words()), TorchObjects.REMEDY);
        }
    }

    private PickleValue top() {
        requireAboveMark(1);
        return stack.getLast();
    }

    private PickleValue pop() {
        requireAboveMark(1);
        return stack.removeLast();
    }

    private List<PickleValue> popLast(int count) {
        requireAboveMark(count);
        return popFrom(stack.size() - count);
    }

    private List<PickleValue> popToMark() {
        if (marks.isEmpty()) {
            throw reader.refused("the stack has no mark");
        }
        return popFrom(marks.removeLast());
    }

    private List<PickleValue> popFrom(int start) {
        List<PickleValue> last = stack.subList(start, stack.size());
        List<PickleValue> values = List.copyOf(last);
        last.clear();
        return values;
    }

    private void requireAboveMark(int count) {
        if (stack.size() - (marks.isEmpty() ? 0 : marks.getLast()) < count) {
            throw reader.refused("the stack is empty");
        }
    }
}
