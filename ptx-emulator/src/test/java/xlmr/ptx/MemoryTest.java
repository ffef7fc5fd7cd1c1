package xlmr.ptx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import xlmr.ptx.machine.Dimensions;
import xlmr.ptx.machine.FaultKind;
import xlmr.ptx.machine.KernelFault;

/// Every access is inside of something, aligned, and of what was written.
class MemoryTest {
    private static final String POINTER = "ld.param.u64 %d0, [out]; mov.u32 %r0, %tid.x;\n";

    private final Device device = new Device();

    @Test
    void anAccessBeyondAnAllocationIsFound() {
        DeviceBuffer buffer = device.upload(new int[32]);
        String store =
                POINTER
                        + "mul.wide.u32 %d1, %r0, 4; add.s64 %d1, %d0, %d1; st.global.u32 [%d1+4],"
                        + " %r0;";
        fault(FaultKind.OUT_OF_BOUNDS, store, buffer)
                .hasMessage(
                        "4 bytes at global address 0x%x are written, out of bounds: at offset 128 of the allocation of 128 bytes at 0x%x [kernel test, block (0, 0, 0), thread 31, PTX line 9: st.global.u32 [%%d1+4], %%r0]"
                                .formatted(buffer.address() + 128, buffer.address()));
        fault(FaultKind.OUT_OF_BOUNDS, POINTER + "ld.global.u32 %r1, [%d0+-4];", buffer);
        fault(FaultKind.OUT_OF_BOUNDS, POINTER + "mov.u64 %d1, 0; ld.u32 %r1, [%d1];", buffer);
    }

    @Test
    void anAccessToMemoryThatWasGivenBackIsFound() {
        DeviceBuffer buffer = device.upload(new int[32]);
        device.free(buffer);
        fault(FaultKind.OUT_OF_BOUNDS, POINTER + "ld.global.u32 %r1, [%d0];", buffer);
    }

    @Test
    void anAccessBetweenSharedVariablesIsFound() {
        String variables = ".shared .align 4 .b8 first[64]; .shared .align 4 .b8 second[64];\n";
        String body =
                variables + POINTER + "st.shared.u32 [first+60], 1; st.shared.u32 [second], 2;\n";
        DeviceBuffer buffer = device.upload(new int[32]);
        run(body, buffer);
        fault(FaultKind.OUT_OF_BOUNDS, body + "st.shared.u32 [first+64], 1;", buffer);
        fault(FaultKind.OUT_OF_BOUNDS, body + "st.shared.u32 [second+64], 1;", buffer);
    }

    @Test
    void anAccessBeyondLocalMemoryIsFound() {
        String body =
                ".local .align 8 .b8 frame[32];\n" + POINTER + "st.local.u32 [frame+28], 1;\n";
        DeviceBuffer buffer = device.upload(new int[32]);
        run(body + "ld.local.u32 %r1, [frame+28]; st.global.u32 [%d0], %r1;", buffer);
        assertThat(buffer.ints()[0]).isEqualTo(1);
        fault(FaultKind.OUT_OF_BOUNDS, body + "st.local.u32 [frame+32], 1;", buffer);
    }

    @Test
    void aMisalignedAccessIsFound() {
        DeviceBuffer buffer = device.upload(new int[32]);
        fault(FaultKind.MISALIGNED, POINTER + "ld.global.u32 %r1, [%d0+2];", buffer);
        fault(
                        FaultKind.MISALIGNED,
                        POINTER + "ld.global.v4.u32 {%r1, %r2, %r3, %r4}, [%d0+8];",
                        buffer)
                .hasMessageContaining("not a multiple of 16");
    }

    @Test
    void memoryThatNobodyWroteIsNotRead() {
        fault(
                FaultKind.UNINITIALIZED_MEMORY,
                POINTER + "ld.global.u32 %r1, [%d0];",
                device.allocate(128));
        DeviceBuffer half = device.allocate(8);
        half.write(0, new byte[6]);
        fault(FaultKind.UNINITIALIZED_MEMORY, POINTER + "ld.global.u64 %d1, [%d0];", half);
        fault(
                FaultKind.UNINITIALIZED_MEMORY,
                ".shared .align 4 .b8 shared[64];\n" + POINTER + "ld.shared.u32 %r1, [shared];",
                half);
        fault(
                FaultKind.UNINITIALIZED_MEMORY,
                ".local .align 4 .b8 frame[64];\n" + POINTER + "ld.local.u32 %r1, [frame];",
                half);
    }

    @Test
    void sharedMemoryIsUnwrittenAgainInEveryBlock() {
        String body =
                ".shared .align 4 .b8 shared[4];\n"
                        + POINTER
                        + "mov.u32 %r1, %ctaid.x; setp.ne.s32 %p0, %r1, 0; @%p0 bra READ;"
                        + " st.shared.u32 [shared], 5;\n"
                        + "READ: ld.shared.u32 %r2, [shared];";
        Kernel kernel = Modules.kernel(device, body);
        DeviceBuffer buffer = device.upload(new int[1]);
        device.launch(kernel, Dimensions.of(1), Dimensions.of(1), 0, buffer);
        assertThatThrownBy(
                        () -> device.launch(kernel, Dimensions.of(2), Dimensions.of(1), 0, buffer))
                .isInstanceOf(KernelFault.class)
                .hasMessageContaining("never written")
                .hasMessageContaining("block (1, 0, 0)");
    }

    @Test
    void theHostDoesNotReadWhatNobodyWrote() {
        DeviceBuffer buffer = device.allocate(16);
        buffer.write(0, new byte[9]);
        assertThatThrownBy(buffer::ints)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("byte 9");
    }

    @Test
    void aRegisterIsUsedOnlyAfterItWasSet() {
        DeviceBuffer buffer = device.upload(new int[32]);
        fault(FaultKind.UNINITIALIZED_REGISTER, POINTER + "add.s32 %r2, %r0, %r7;", buffer)
                .hasMessageStartingWith("the register %r7 is used before it is set");
        fault(FaultKind.UNINITIALIZED_REGISTER, POINTER + "@%p1 add.s32 %r2, %r0, %r0;", buffer);
        fault(FaultKind.UNINITIALIZED_REGISTER, POINTER + "st.global.u32 [%d0], %r9;", buffer);
        String inSomeLanes =
                POINTER
                        + "setp.lt.u32 %p0, %r0, 3; @%p0 mov.u32 %r1, 5; mov.u32 %r2, %r1; @%p0"
                        + " add.s32 %r3, %r2, 1;\n";
        run(inSomeLanes, buffer);
        fault(FaultKind.UNINITIALIZED_REGISTER, inSomeLanes + "add.s32 %r4, %r2, 1;", buffer)
                .hasMessageContaining("thread 3,");
    }

    @Test
    void aPointerMayLeadToAnySpace() {
        LoadedModule module = Modules.load(device, "memory");
        for (int which = 0; which < 3; which++) {
            float[] values = new float[128];
            for (int i = 0; i < 64; i++) {
                values[i] = i;
            }
            DeviceBuffer buffer = device.upload(values);
            device.launch(
                    module.kernel("spaces"), Dimensions.of(1), Dimensions.of(64), 0, buffer, which);
            float[] results = buffer.floats();
            for (int t = 0; t < 64; t++) {
                float from = (t & 3) * (which == 1 ? 2 : 1) + (which == 2 ? 100 : 0);
                assertThat(results[64 + t]).isEqualTo(from + 2 * (63 - t));
            }
        }
    }

    @Test
    void variablesOfTheModuleHaveTheirInitialValues() {
        LoadedModule module = Modules.load(device, "memory");
        DeviceBuffer out = device.allocate(32 * 4);
        device.launch(module.kernel("variables"), Dimensions.of(1), Dimensions.of(32), 0, out);
        assertThat(out.floats()).startsWith(6, 7, 9, 13, 6);
        assertThat(module.variable("scratch").floats()).startsWith(0, 1, 2, 3).endsWith(0, 0);
    }

    @Test
    void bytesAndShortsAreExtendedWithTheirSigns() {
        byte[] x = new byte[64];
        short[] y = new short[64];
        new java.util.Random(1).nextBytes(x);
        for (int i = 0; i < 64; i++) {
            y[i] = (short) (i * 1000);
        }
        DeviceBuffer signed = device.allocate(64);
        signed.write(0, x);
        DeviceBuffer out = device.allocate(128);
        device.launch(
                Modules.load(device, "memory").kernel("bytes"),
                Dimensions.of(1),
                Dimensions.of(64),
                0,
                out,
                signed,
                device.upload(y));
        byte[] results = out.read(0, 128);
        for (int t = 0; t < 64; t++) {
            int four = (t & 7) * 4;
            assertThat(results[t]).isEqualTo((byte) (x[t] + y[t]));
            assertThat(results[64 + t])
                    .isEqualTo((byte) (x[four] * x[four + 1] - x[four + 2] + x[four + 3]));
        }
    }

    @Test
    void atomicOperationsOfAllKindsComeOutRight() {
        int threads = 64;
        int[] ints = new int[16];
        ints[2] = -1;
        DeviceBuffer results = device.upload(ints);
        DeviceBuffer floats = device.upload(0, 0);
        DeviceBuffer longs = device.allocate(16);
        longs.fill(0);
        device.launch(
                Modules.load(device, "memory").kernel("atomics"),
                Dimensions.of(1),
                Dimensions.of(threads),
                0,
                results,
                floats,
                longs);
        assertThat(results.ints())
                .containsExactly(
                        63,
                        -63,
                        0xffff0000,
                        0xffff,
                        0,
                        64 % 10,
                        6,
                        77,
                        88,
                        480,
                        496,
                        512,
                        528,
                        0,
                        0,
                        0);
        assertThat(floats.floats()).containsExactly(32, 64);
        assertThat(longs.ints()).containsExactly(2016, 0, 63 * 63, 0);
    }

    private void run(String body, DeviceBuffer buffer) {
        device.launch(Modules.kernel(device, body), Dimensions.of(1), Dimensions.of(32), 0, buffer);
    }

    private org.assertj.core.api.AbstractThrowableAssert<?, ? extends Throwable> fault(
            FaultKind kind, String body, DeviceBuffer buffer) {
        return assertThatThrownBy(() -> run(body, buffer))
                .isInstanceOfSatisfying(
                        KernelFault.class, fault -> assertThat(fault.kind()).isEqualTo(kind));
    }
}
