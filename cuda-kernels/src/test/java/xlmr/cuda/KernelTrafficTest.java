package xlmr.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import xlmr.ptx.machine.LaunchReport;

/// What the kernels cost: no byte is moved in vain, and no bank of shared memory is met twice.
class KernelTrafficTest {
    /// A sector holds 8 floats; numbers that lie alone, as one for each row, take a whole one.
    private static final double SECTORS_IN_VAIN = 1.02;

    /// Requests that ask for a sector which another one of the warp shares: one number for a row.
    private static final double SCATTERED = 1.1;

    /// Kernels whose threads lie apart, with how many times as many sectors they ask for, and why.
    private static final Map<String, Double> APART =
            Map.of(
                    // A warp takes one column of two.
                    "segmentCrossEntropy", 2.0,
                    "segmentCrossEntropyGradient", 2.0,
                    // Each column has its largest number in a row of its own.
                    "maximumOfSegments", 1.3,
                    "maximumOfSegmentsGradient", 1.5,
                    // A thread a key: what it reads next, its neighbours do not. It is for looking
                    // at probabilities, not for computing with them.
                    "attentionProbabilities", 8.0);

    static List<KernelWorkload> workloads() {
        return Stream.concat(KernelWorkload.all().stream(), RareWorkloads.all().stream()).toList();
    }

    @Test
    void everyKernelIsHeldToItsBytes() {
        Set<String> held = new TreeSet<>();
        workloads().forEach(workload -> held.addAll(workload.leastBytes().keySet()));
        assertThat(held).containsAll(CompiledKernels.names());
    }

    @ParameterizedTest
    @MethodSource("workloads")
    void kernelsMoveTheBytesThatTheyMustAndMeetNoBankTwice(KernelWorkload workload) {
        List<LaunchReport> reports = workload.reports();
        assertThat(reports.stream().map(LaunchReport::kernel).distinct())
                .containsExactlyInAnyOrderElementsOf(workload.leastBytes().keySet());
        for (LaunchReport report : reports) {
            long least = workload.leastBytes().getOrDefault(report.kernel(), 0L);
            long moved = 32 * (report.distinctSectorsRead() + report.distinctSectorsWritten());
            assertThat((double) moved)
                    .as("%s: bytes from and to memory, where caches hold all", report.kernel())
                    .isBetween(0.89 * least, SECTORS_IN_VAIN * least + 1024);
            assertThat(report.bankConflicts()).as(report.kernel()).isEmpty();
            assertThat(report.sharedWavefronts()).isEqualTo(report.idealSharedWavefronts());
            assertThat(report.sectorOverhead())
                    .as("%s: sectors, as a multiple of those needed", report.kernel())
                    .isLessThanOrEqualTo(APART.getOrDefault(report.kernel(), SCATTERED));
            assertThat(report.atomics()).as("%s: atomic operations", report.kernel()).isZero();
        }
    }

    @Test
    void aFusedOperationMovesAboutHalfTheBytesOfTheSingleOnes() {
        Map<String, Long> moved = new HashMap<>();
        for (KernelWorkload workload : KernelWorkload.all()) {
            if (!workload.operation().startsWith("attention")) {
                for (LaunchReport report : workload.reports()) {
                    long sectors = report.distinctSectorsRead() + report.distinctSectorsWritten();
                    moved.put(report.kernel(), 32 * sectors);
                }
            }
        }
        // Not counted is that a product reads a bias that was written before it.
        assertThat(share(moved, "geluOfProduct", "gatherRows", "gelu")).isLessThan(0.77);
        assertThat(share(moved, "geluOfProductGradient", "fill", "geluGradient", "biasPieces"))
                .isLessThan(0.51);
        assertThat(share(moved, "addLayerNorm", "gatherRows", "dropout", "add", "layerNorm"))
                .isLessThan(0.46);
        assertThat(
                        share(
                                moved,
                                "addLayerNormGradient",
                                "fill",
                                "layerNormGradient",
                                "fill",
                                "dropoutGradient",
                                "addScaled"))
                .isLessThan(0.43);
    }

    private static double share(Map<String, Long> moved, String fused, String... single) {
        long all = Arrays.stream(single).mapToLong(kernel -> moved.getOrDefault(kernel, 0L)).sum();
        return (double) moved.getOrDefault(fused, Long.MAX_VALUE) / all;
    }

    enum Attention {
        SINGLE,
        BF16
    }

    @ParameterizedTest
    @EnumSource(Attention.class)
    void theMemoryThatAttentionTouchesGrowsAsTheTokensDo(Attention attention) {
        HalfFormat format = attention == Attention.BF16 ? HalfFormat.BF16 : null;
        LaunchReport once = KernelWorkload.attention("", format, 96).reports().getLast();
        LaunchReport twice = KernelWorkload.attention("", format, 192).reports().getLast();
        // The tiles' list and the starts are a few sectors more.
        assertThat(twice.distinctSectorsRead())
                .isBetween(2 * once.distinctSectorsRead() - 8, 2 * once.distinctSectorsRead());
        assertThat(twice.distinctSectorsWritten()).isEqualTo(2 * once.distinctSectorsWritten());
        assertThat(twice.globalBytesWritten()).isEqualTo(2 * once.globalBytesWritten());
    }

    @Test
    void attentionOnTensorCoresReadsKeysOnceForEach64Queries() {
        int tokens = 192;
        LaunchReport report =
                KernelWorkload.attention("", HalfFormat.BF16, tokens).reports().getLast();
        long queries = 2L * tokens * 192;
        long keysAndValues = 3 * 2 * queries;
        // Each thread asks where its block's tile and sequence are.
        long places = 24L * 128 * report.grid().count();
        assertThat(report.globalBytesRead()).isEqualTo(queries + keysAndValues + places);
        // Two products of 2 T T D for each head.
        assertThat(report.matrixOperations()).isEqualTo(4L * tokens * tokens * 192);
    }
}
