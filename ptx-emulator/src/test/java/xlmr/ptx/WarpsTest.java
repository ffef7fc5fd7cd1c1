package xlmr.ptx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import xlmr.ptx.machine.Dimensions;
import xlmr.ptx.machine.FaultKind;
import xlmr.ptx.machine.KernelFault;
import xlmr.ptx.machine.LaunchReport;

/// Lanes that part and meet again, exchange values and wait for each other (`warps.cu`).
class WarpsTest {
    private final Device device = new Device(1, 10_000_000);
    private final LoadedModule module = Modules.load(device, "warps");

    @Test
    void lanesExchangeValues() {
        DeviceBuffer out = device.allocate(64 * 16 * 4);
        LaunchReport report = launch("exchanges", 64, out);
        int[] results = out.ints();
        for (int t = 0; t < 64; t++) {
            int lane = t & 31;
            int base = t & 32;
            int ballot = 0;
            int matching = 0;
            for (int other = 0; other < 32; other++) {
                ballot |= (base + other) % 3 == 0 ? 1 << other : 0;
                matching |= (base + other) / 5 == t / 5 ? 1 << other : 0;
            }
            int segment = base + (lane & ~7) + (lane * 3 & 7);
            int[] expected = {
                lane >= 3 ? t - 3 : t,
                (lane & 15) + 5 < 16 ? t + 5 : t,
                t ^ 7,
                segment,
                ballot,
                base == 32 ? 1 : 0,
                base == 32 ? 1 : 0,
                matching,
                -1 + 1,
                32 * base + 496,
                base + 31,
                13,
                1,
                0,
                lane < 16 ? t ^ 1 : -1,
                16
            };
            for (int j = 0; j < expected.length; j++) {
                int found = results[t * 16 + j];
                // Booleans are not 0, whatever else they are.
                int normal = j == 5 || j == 6 || j == 12 || j == 13 ? found != 0 ? 1 : 0 : found;
                assertThat(normal).as("value %d of thread %d", j, t).isEqualTo(expected[j]);
            }
        }
        assertThat(report.barriers()).isEqualTo(3);
    }

    @Test
    void lanesThatPartMeetAgain() {
        int n = 100;
        DeviceBuffer out = device.allocate(n * 2 * 4);
        LaunchReport report =
                device.launch(
                        module.kernel("ways"), Dimensions.of(2), Dimensions.of(64), 0, out, n);
        int[] results = out.ints();
        int[] sums = new int[128];
        for (int t = 0; t < 128; t++) {
            sums[t] = way(t);
        }
        for (int t = 0; t < n; t++) {
            int together = 0;
            for (int lane = 0; lane < 32; lane++) {
                together += sums[(t & ~31) + lane];
            }
            assertThat(results[2 * t]).isEqualTo(sums[t]);
            assertThat(results[2 * t + 1]).isEqualTo(together);
        }
        assertThat(report.divergentBranches()).isPositive();
    }

    private static int way(int t) {
        int sum = 0;
        for (int i = 0; i < (t & 7); i++) {
            if ((i & 1) != 0) {
                int x = t;
                while (x > 1) {
                    x = (x & 1) != 0 ? 3 * x + 1 : x >> 1;
                    sum++;
                    if (sum > 500) {
                        break;
                    }
                }
            } else if (t % 3 == 0) {
                sum += 1000;
                continue;
            }
            sum += 7;
        }
        return sum;
    }

    @Test
    void divergedLanesDoNotRunTheCodeAfterTheMeetingPointTwice() {
        String body =
                "ld.param.u64 %d0, [out]; mov.u32 %r0, %tid.x; setp.lt.u32 %p0, %r0, 5; @%p0 bra"
                        + " A;\n"
                        + "mov.u32 %r1, 1; bra B;\n"
                        + "A: mov.u32 %r1, 2;\n"
                        + "B: mul.wide.u32 %d1, %r0, 4; add.s64 %d1, %d0, %d1;\n"
                        + "st.global.u32 [%d1], %r1;";
        DeviceBuffer out = device.allocate(32 * 4);
        LaunchReport report =
                device.launch(
                        Modules.kernel(device, body), Dimensions.of(1), Dimensions.of(32), 0, out);
        // 4 before, 2 + 1 apart, 4 together with ret.
        assertThat(report.warpInstructions()).isEqualTo(4 + 3 + 4);
        assertThat(report.laneInstructions()).isEqualTo(4 * 32 + 2 * 27 + 5 + 4 * 32);
        assertThat(out.ints()).startsWith(2, 2, 2, 2, 2, 1).endsWith(1);
    }

    @Test
    void aLockIsPassedOnAmongTheLanesOfAWarp() {
        DeviceBuffer state = device.upload(new int[1]);
        DeviceBuffer count = device.upload(new int[1]);
        // The lock alone orders what its holders do plainly; that order is not known, so it is
        // reported.
        fault(FaultKind.RACE_IN_BLOCK, "lock", 32, state, count);
        String body =
                "ld.param.u64 %d0, [out];\n"
                        + "AGAIN: atom.global.cas.b32 %r1, [%d0], 0, 1; setp.ne.s32 %p0, %r1, 0; @%p0"
                        + " bra AGAIN;\n"
                        + "red.global.add.u32 [%d0+4], 1; atom.global.exch.b32 %r2, [%d0], 0;";
        DeviceBuffer both = device.upload(new int[2]);
        device.launch(Modules.kernel(device, body), Dimensions.of(1), Dimensions.of(64), 0, both);
        assertThat(both.ints()).containsExactly(0, 64);
    }

    @Test
    void aBarrierIsForAllThreadsOfTheBlock() {
        DeviceBuffer out = device.allocate(64 * 4);
        device.launch(
                module.kernel("barrierInBranch"), Dimensions.of(1), Dimensions.of(64), 0, out, 64);
        fault(FaultKind.DIVERGENT_BARRIER, "barrierInBranch", 64, out, 20);
        fault(FaultKind.DIVERGENT_BARRIER, "barrierInBranch", 64, out, 32)
                .hasMessageContaining(
                        "barrier 0 waits for 64 threads, and only 32 come: warp 1 has ended");
    }

    @Test
    void aThreadThatHasEndedIsMissedAtTheBarrier() {
        String body = "mov.u32 %r0, %tid.x; setp.ge.u32 %p0, %r0, 40; @%p0 ret; bar.sync 0;";
        DeviceBuffer out = device.allocate(4);
        assertThatThrownBy(
                        () ->
                                device.launch(
                                        Modules.kernel(device, body),
                                        Dimensions.of(1),
                                        Dimensions.of(64),
                                        0,
                                        out))
                .isInstanceOf(KernelFault.class)
                .hasMessageContaining("lane 8 of the warp has ended before the barrier");
    }

    @Test
    void namedBarriersCountThreads() {
        String body =
                "mov.u32 %r0, %tid.x; setp.ge.u32 %p0, %r0, 64; @%p0 bra LAST; bar.sync 1, 64; bra"
                        + " END;\n"
                        + "LAST: bar.arrive 2, 64;\n"
                        + "END:";
        DeviceBuffer out = device.allocate(4);
        LaunchReport report =
                device.launch(
                        Modules.kernel(device, body), Dimensions.of(1), Dimensions.of(128), 0, out);
        assertThat(report.barriers()).isEqualTo(2);
    }

    @Test
    void anExchangeNeedsTheLanesThatItNames() {
        fault(FaultKind.PARTIAL_WARP, "exchangeInBranch", 32, device.allocate(32 * 4))
                .hasMessageContaining("reads from lane 31, which does not take part");
        String body =
                "mov.u32 %r0, %tid.x; setp.lt.u32 %p0, %r0, 8; @%p0 bra A;\n"
                        + "bar.warp.sync -1; bra B;\nA: shfl.sync.idx.b32 %r1, %r0, 0, 31, -1;\nB:";
        assertThatThrownBy(
                        () ->
                                device.launch(
                                        Modules.kernel(device, body),
                                        Dimensions.of(1),
                                        Dimensions.of(32),
                                        0,
                                        device.allocate(4)))
                .isInstanceOfSatisfying(
                        KernelFault.class,
                        fault -> assertThat(fault.kind()).isEqualTo(FaultKind.DEADLOCK));
    }

    @Test
    void aKernelThatDoesNotEndIsStopped() {
        Device patient = new Device(1, 100_000);
        Kernel endless = Modules.load(patient, "warps").kernel("endless");
        DeviceBuffer out = patient.upload(new int[1]);
        assertThatThrownBy(
                        () -> patient.launch(endless, Dimensions.of(1), Dimensions.of(32), 0, out))
                .isInstanceOfSatisfying(
                        KernelFault.class,
                        fault -> assertThat(fault.kind()).isEqualTo(FaultKind.TOO_LONG));
    }

    @Test
    void aTrapStopsTheLaunch() {
        assertThatThrownBy(
                        () ->
                                device.launch(
                                        Modules.kernel(device, "trap;"),
                                        Dimensions.of(1),
                                        Dimensions.of(32),
                                        0,
                                        device.allocate(4)))
                .isInstanceOf(KernelFault.class)
                .hasMessageContaining("the kernel stops itself");
    }

    private LaunchReport launch(String kernel, int threads, Object... arguments) {
        return device.launch(
                module.kernel(kernel), Dimensions.of(1), Dimensions.of(threads), 0, arguments);
    }

    private org.assertj.core.api.AbstractThrowableAssert<?, ? extends Throwable> fault(
            FaultKind kind, String kernel, int threads, Object... arguments) {
        return assertThatThrownBy(() -> launch(kernel, threads, arguments))
                .isInstanceOfSatisfying(
                        KernelFault.class, fault -> assertThat(fault.kind()).isEqualTo(kind));
    }
}
