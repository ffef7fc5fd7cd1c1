package xlmr.ptx;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import xlmr.ptx.machine.Dimensions;
import xlmr.ptx.machine.LaunchReport;

/// What a launch costs in sectors of global memory and passes over shared memory.
class TrafficTest {
    private final Device device = new Device();
    private final LoadedModule module = Modules.load(device, "memory");

    @ParameterizedTest
    @CsvSource({"1, 4, 4", "2, 8, 4", "8, 32, 4", "32, 32, 4", "0, 1, 1"})
    void aStrideTouchesMoreSectors(int stride, int sectorsRead, int idealRead) {
        DeviceBuffer in = device.upload(new float[32 * Math.max(1, stride)]);
        DeviceBuffer out = device.allocate(32 * 4);
        LaunchReport report =
                device.launch(
                        module.kernel("strided"),
                        Dimensions.of(1),
                        Dimensions.of(32),
                        0,
                        out,
                        in,
                        stride);
        assertThat(report.globalLoads()).isEqualTo(1);
        assertThat(report.globalStores()).isEqualTo(1);
        assertThat(report.globalSectors()).isEqualTo(sectorsRead + 4);
        assertThat(report.idealGlobalSectors()).isEqualTo(idealRead + 4);
        assertThat(report.distinctSectorsRead()).isEqualTo(sectorsRead);
        assertThat(report.distinctSectorsWritten()).isEqualTo(4);
        assertThat(report.globalBytesRead()).isEqualTo(128);
        assertThat(report.globalBytesWritten()).isEqualTo(128);
    }

    @Test
    void aColumnOfATileConflictsUnlessItIsPadded() {
        int n = 64;
        float[] values = new float[n * n];
        for (int i = 0; i < values.length; i++) {
            values[i] = i;
        }
        for (int padded = 0; padded <= 1; padded++) {
            DeviceBuffer out = device.allocate(n * n * 4L);
            LaunchReport report =
                    device.launch(
                            module.kernel("transpose"),
                            Dimensions.of(2, 2),
                            Dimensions.of(32, 8),
                            33 * 32 * 4,
                            out,
                            device.upload(values),
                            n,
                            padded);
            float[] results = out.floats();
            for (int i = 0; i < n * n; i++) {
                assertThat(results[i]).isEqualTo(i % n * n + i / n);
            }
            // Half of the requests read a column: 32 passes instead of 1.
            assertThat(report.conflictOverhead()).isEqualTo(padded == 1 ? 1 : 16.5);
            assertThat(report.bankConflicts())
                    .hasSize(padded == 1 ? 0 : report.bankConflicts().size());
            assertThat(report.sectorOverhead()).isEqualTo(1);
            assertThat(report.sharedRequests()).isEqualTo(2 * 4 * 32);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "1, 4, 1, 1",
        "2, 4, 1, 2",
        "1, 8, 2, 2",
        "1, 16, 4, 4",
        "2, 16, 4, 8",
        "0, 4, 1, 1",
        "3, 4, 1, 1"
    })
    void wideAccessesGoInPartsOfTheWarp(int stride, int bytes, int ideal, int passes) {
        String type = bytes == 4 ? "u32" : bytes == 8 ? "v2.u32" : "v4.u32";
        String registers = bytes == 4 ? "%r4" : bytes == 8 ? "{%r4, %r5}" : "{%r4, %r5, %r6, %r7}";
        String body =
                ".shared .align 16 .b8 s[4096];\n"
                        + "mov.u32 %r0, %tid.x; mov.u32 %r4, 0; mov.u32 %r5, 0; mov.u32 %r6, 0; mov.u32"
                        + " %r7, 0;\n"
                        + "mul.lo.s32 %r1, %r0, "
                        + stride * bytes
                        + "; mov.u32 %r2, s; add.s32 %r3, %r2, %r1;\n"
                        + "st.shared."
                        + type
                        + " [%r3], "
                        + registers
                        + ";";
        LaunchReport report =
                device.launch(
                        Modules.kernel(device, body),
                        Dimensions.of(1),
                        Dimensions.of(32),
                        0,
                        device.allocate(4));
        assertThat(report.idealSharedWavefronts()).isEqualTo(ideal);
        assertThat(report.sharedWavefronts()).isEqualTo(passes);
    }
}
