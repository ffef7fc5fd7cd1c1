package xlmr.ptx.machine;

import java.util.Arrays;

/// 32 threads of a block that go together: their registers, and what they are about.
///
/// The registers lie lane after lane: a register that begins at `r` is at `r + lane`.
public final class Warp {
    /// Registers of up to 32 bits; one of 16 bits has zeros above.
    public final int[] words;

    /// Registers of 64 bits.
    public final long[] longs;

    /// Predicates, a bit for each lane.
    public final int[] predicates;

    /// The addresses of the request that is being made, by lane.
    public final long[] addresses = new long[32];

    /// The values that a lane loads or stores.
    public final long[] values = new long[8];

    /// For each register that instructions write, the lanes in which it was set.
    final int[] valid;

    final Region local;
    final AsyncCopies copies;
    private final Launch launch;
    private final Memory memory;
    private final int index;

    /// Lanes that the block has threads for.
    final int existing;

    /// Lanes that have not ended.
    int live;

    /// Goes on with `bar.warp.sync`.
    int epoch;

    Step current;

    Warp(Launch launch, Memory memory, int index) {
        Program program = launch.program();
        Program.Registers registers = program.registers();
        this.launch = launch;
        this.memory = memory;
        this.index = index;
        this.words = new int[registers.words() * 32];
        this.longs = new long[registers.longs() * 32];
        this.predicates = new int[registers.predicates()];
        this.valid = new int[registers.names().size()];
        this.local = new Region(Memory.LOCAL_WINDOW, program.localBytes() * 32, null, false);
        this.copies = new AsyncCopies();
        this.current = program.steps()[0];
        int threads = (int) launch.block().count() - index * 32;
        this.existing = threads >= 32 ? Operation.ALL : (1 << threads) - 1;
        for (Program.Constant constant : registers.constantWords()) {
            int start = constant.index() * 32;
            Arrays.fill(words, start, start + 32, (int) constant.value());
        }
        for (Program.Constant constant : registers.constantLongs()) {
            int start = constant.index() * 32;
            Arrays.fill(longs, start, start + 32, constant.value());
        }
        for (Program.Constant constant : registers.constantPredicates()) {
            predicates[constant.index()] = constant.value() != 0 ? Operation.ALL : 0;
        }
    }

    /// A new block: nothing is set but what the machine sets.
    void begin(SpecialValues specials) {
        Arrays.fill(valid, 0);
        local.initialized.clearAll();
        copies.clear();
        live = existing;
        epoch = 0;
        for (Program.Special special : launch.program().registers().specials()) {
            for (int lane = 0; lane < 32; lane++) {
                words[special.index() * 32 + lane] = specials.value(special.name(), index, lane);
            }
        }
    }

    /// Its number in the block.
    int index() {
        return index;
    }

    /// All memory that it sees.
    public Memory memory() {
        return memory;
    }

    /// What is counted.
    public Counters counters() {
        return launch.counters();
    }

    /// Its copies from global to shared memory.
    public AsyncCopies copies() {
        return copies;
    }

    /// Lanes that have not ended.
    public int live() {
        return live;
    }

    /// The line of the PTX that it is at.
    int line() {
        return current.line();
    }

    /// Orders what the lanes did before and what they do after.
    public void synchronize() {
        epoch++;
    }

    /// Who does something now.
    long stamp(int lane) {
        return Stamp.of(launch.epochs().current, epoch, index * 32 + lane);
    }

    /// Copies for some lanes whether a register was set.
    ///
    /// @param from validity number of a register, or -1 for what is always set
    public void copyValidity(int from, int to, int lanes) {
        int set = from < 0 ? lanes : valid[from] & lanes;
        valid[to] = valid[to] & ~lanes | set;
    }

    /// Makes an error of a lane, at the instruction that is being done.
    public KernelFault fault(FaultKind kind, int lane, String what) {
        return new KernelFault(
                kind, what, launch.program().name(), launch.position(), index * 32 + lane, current);
    }
}
