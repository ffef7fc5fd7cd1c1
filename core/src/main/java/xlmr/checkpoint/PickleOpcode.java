package xlmr.checkpoint;

import org.jspecify.annotations.Nullable;

/// The opcodes of pickle protocols 0 to 5 (CPython, Lib/pickletools.py).
enum PickleOpcode {
    PROTO(0x80),
    FRAME(0x95),
    STOP('.'),
    MARK('('),
    NONE('N'),
    NEWTRUE(0x88),
    NEWFALSE(0x89),
    BININT('J'),
    BININT1('K'),
    BININT2('M'),
    LONG1(0x8A),
    BINFLOAT('G'),
    BINUNICODE('X'),
    SHORT_BINUNICODE(0x8C),
    BINUNICODE8(0x8D),
    BINSTRING('T'),
    SHORT_BINSTRING('U'),
    BINBYTES('B'),
    SHORT_BINBYTES('C'),
    EMPTY_TUPLE(')'),
    TUPLE('t'),
    TUPLE1(0x85),
    TUPLE2(0x86),
    TUPLE3(0x87),
    EMPTY_LIST(']'),
    APPEND('a'),
    APPENDS('e'),
    EMPTY_DICT('}'),
    SETITEM('s'),
    SETITEMS('u'),
    BINGET('h'),
    LONG_BINGET('j'),
    BINPUT('q'),
    LONG_BINPUT('r'),
    MEMOIZE(0x94),
    GLOBAL('c'),
    STACK_GLOBAL(0x93),
    REDUCE('R'),
    BUILD('b'),
    BINPERSID('Q'),
    // From here on: what torch.save does not write.
    INT('I'),
    LONG('L'),
    LONG4(0x8B),
    FLOAT('F'),
    STRING('S'),
    UNICODE('V'),
    LIST('l'),
    DICT('d'),
    GET('g'),
    PUT('p'),
    POP('0'),
    POP_MARK('1'),
    DUP('2'),
    PERSID('P'),
    INST('i'),
    OBJ('o'),
    NEWOBJ(0x81),
    NEWOBJ_EX(0x92),
    EXT1(0x82),
    EXT2(0x83),
    EXT4(0x84),
    EMPTY_SET(0x8F),
    ADDITEMS(0x90),
    FROZENSET(0x91),
    BINBYTES8(0x8E),
    BYTEARRAY8(0x96),
    NEXT_BUFFER(0x97),
    READONLY_BUFFER(0x98);

    private static final @Nullable PickleOpcode[] BY_CODE = new PickleOpcode[256];

    static {
        for (PickleOpcode opcode : values()) {
            BY_CODE[opcode.code] = opcode;
        }
    }

    private final int code;

    PickleOpcode(int code) {
        this.code = code;
    }

    /// The opcode of a byte; null if there is none.
    static @Nullable PickleOpcode of(int code) {
        return BY_CODE[code];
    }
}
