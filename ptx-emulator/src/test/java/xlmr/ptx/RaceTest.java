package xlmr.ptx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import xlmr.ptx.machine.Dimensions;
import xlmr.ptx.machine.FaultKind;
import xlmr.ptx.machine.KernelFault;

/// Races are found whatever the order in which the warps happen to go, and orderly accesses are no
/// races.
class RaceTest {
    private static final String SHARED = ".shared .align 4 .b8 s[512];\n";
    private static final String START =
            SHARED
                    + "ld.param.u64 %d0, [out]; mov.u32 %r0, %tid.x; shl.b32 %r1, %r0, 2; mov.u32"
                    + " %r2, s; add.s32 %r3, %r2, %r1;\n"
                    + "xor.b32 %r4, %r0, 32; shl.b32 %r4, %r4, 2; add.s32 %r4, %r2, %r4;\n"
                    + "xor.b32 %r5, %r0, 1; shl.b32 %r5, %r5, 2; add.s32 %r5, %r2, %r5;\n";
    private static final String MINE = "st.shared.u32 [%r3], %r0;\n";
    private static final String OTHER_WARPS = "ld.shared.u32 %r6, [%r4];\n";
    private static final String OTHER_LANES = "ld.shared.u32 %r6, [%r5];\n";
    private static final String BARRIER = "bar.sync 0;\n";

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void aReadOfWhatAnotherWarpWritesNeedsABarrier(long seed) {
        run(seed, START + MINE + BARRIER + OTHER_WARPS);
        race(seed, START + MINE + OTHER_WARPS);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void aWriteOfWhatAnotherWarpReadsNeedsABarrier(long seed) {
        run(seed, START + MINE + BARRIER + OTHER_WARPS + BARRIER + MINE);
        race(seed, START + MINE + BARRIER + OTHER_WARPS + "st.shared.u32 [%r3], 7;\n");
    }

    @Test
    void lanesOfAWarpNeedTheirOwnBarrier() {
        run(1, START + MINE + "bar.warp.sync -1;\n" + OTHER_LANES);
        race(1, START + MINE + OTHER_LANES);
        // Across warps it is not enough.
        assertThatThrownBy(() -> run(1, START + MINE + "bar.warp.sync -1;\n" + OTHER_WARPS))
                .isInstanceOf(KernelFault.class);
    }

    @Test
    void threadsMayWriteTheSameValueToOnePlace() {
        run(1, START + "st.shared.u32 [%r2], 5;\n" + BARRIER + "ld.shared.u32 %r6, [%r2];");
        race(1, START + "st.shared.u32 [%r2], %r0;\n");
    }

    @Test
    void atomicOperationsRaceWithPlainOnesOnly() {
        String zero = START + "st.shared.u32 [%r3], 0;\n" + BARRIER;
        String add = "red.shared.add.u32 [%r2], 1;\n";
        run(1, zero + add + add + BARRIER + "ld.shared.u32 %r6, [%r2];");
        race(1, zero + add + "ld.shared.u32 %r6, [%r2];");
        race(1, zero + "ld.shared.u32 %r6, [%r2];\n" + add);
    }

    @Test
    void neighbouringHalvesAreDifferentPlaces() {
        String half =
                START
                        + "shl.b32 %r1, %r0, 1; add.s32 %r3, %r2, %r1; .reg .b16 %h; cvt.u16.u32"
                        + " %h, %r0;\n";
        run(1, half + "st.shared.u16 [%r3], %h;");
    }

    @Test
    void globalMemoryNeedsTheBarrierToo() {
        String body =
                START
                        + "mul.wide.u32 %d1, %r0, 4; add.s64 %d1, %d0, %d1; st.global.u32 [%d1],"
                        + " %r0;\n"
                        + "%sxor.b32 %r7, %r0, 32; mul.wide.u32 %d2, %r7, 4; add.s64 %d2, %d0, %d2;"
                        + " ld.global.u32 %r6, [%d2];";
        run(1, body.replace("%s", BARRIER));
        race(1, body.replace("%s", ""));
    }

    @Test
    void aTreeOfSumsNeedsItsBarriers() {
        Device device = new Device();
        LoadedModule module = Modules.load(device, "memory");
        float[] in = new float[256];
        java.util.Arrays.fill(in, 1);
        DeviceBuffer out = device.allocate(8);
        DeviceBuffer source = device.upload(in);
        device.launch(
                module.kernel("blockSum"),
                Dimensions.of(2),
                Dimensions.of(128),
                512,
                out,
                source,
                1);
        assertThat(out.floats()).containsExactly(128, 128);
        assertThatThrownBy(
                        () ->
                                device.launch(
                                        module.kernel("blockSum"),
                                        Dimensions.of(2),
                                        Dimensions.of(128),
                                        512,
                                        out,
                                        source,
                                        0))
                .isInstanceOfSatisfying(
                        KernelFault.class,
                        // A warp that reads first finds nothing where another has not written yet.
                        fault ->
                                assertThat(fault.kind())
                                        .isIn(
                                                FaultKind.RACE_IN_BLOCK,
                                                FaultKind.UNINITIALIZED_MEMORY));
    }

    @Test
    void blocksOfALaunchShareNothingWithoutAtomics() {
        Device device = new Device();
        Kernel kernel = Modules.load(device, "memory").kernel("addWithoutAtomics");
        DeviceBuffer out = device.upload(0);
        device.launch(kernel, Dimensions.of(1), Dimensions.of(32), 0, out);
        device.launch(kernel, Dimensions.of(1), Dimensions.of(32), 0, out);
        assertThat(out.floats()).containsExactly(2);
        assertThatThrownBy(() -> device.launch(kernel, Dimensions.of(2), Dimensions.of(32), 0, out))
                .isInstanceOfSatisfying(
                        KernelFault.class,
                        fault -> assertThat(fault.kind()).isEqualTo(FaultKind.RACE_BETWEEN_BLOCKS))
                .hasMessageContaining("another block of this launch");
    }

    @Test
    void theReadOnlyPathIsForWhatTheLaunchDoesNotWrite() {
        String body =
                START
                        + "setp.ne.s32 %p0, %r0, 0; @%p0 bra END; st.global.u32 [%d0], 3;"
                        + " ld.global.nc.u32 %r6, [%d0];\n"
                        + "END:";
        assertThatThrownBy(() -> run(1, body))
                .isInstanceOfSatisfying(
                        KernelFault.class,
                        fault -> assertThat(fault.kind()).isEqualTo(FaultKind.STALE_READ));
    }

    @Test
    void theMessageNamesBothThreads() {
        assertThatThrownBy(() -> run(1, START + MINE + OTHER_LANES))
                .hasMessageStartingWith(
                        "race: read of 4 bytes at 0x4 that were written by thread 1, with no"
                                + " barrier between [kernel test, block (0, 0, 0), thread 0,");
    }

    private static void run(long seed, String body) {
        Device device = new Device(seed, 1_000_000);
        DeviceBuffer out = device.upload(new int[64]);
        device.launch(Modules.kernel(device, body), Dimensions.of(1), Dimensions.of(64), 0, out);
    }

    private static void race(long seed, String body) {
        assertThatThrownBy(() -> run(seed, body))
                .isInstanceOfSatisfying(
                        KernelFault.class,
                        fault ->
                                assertThat(fault.kind())
                                        .isIn(
                                                FaultKind.RACE_IN_BLOCK,
                                                FaultKind.UNINITIALIZED_MEMORY));
    }
}
