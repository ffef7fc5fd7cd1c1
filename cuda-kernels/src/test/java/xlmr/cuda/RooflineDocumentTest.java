package xlmr.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import xlmr.ptx.machine.LaunchReport;

/// `docs/cuda-roofline.md` says what the counters of the kernels come to on GPUs that we do not
/// have. `-Dxlmr.roofline.renew=true` writes it anew; a kernel that moves more, or works more, is
/// noticed because the page differs then.
class RooflineDocumentTest {
    /// Tokens and columns that the times are scaled to: 128 sentences of 128 tokens, base model.
    private static final double TOKENS = 128 * 128;

    private static final double COLUMNS = 768;

    private static final String HEAD =
            """
            # A roofline of the CUDA kernels

            **This is a model, not a measurement**: we have run no kernel on a GPU. The emulator counts what each kernel does;
            the table divides that by what a GPU can do at best, in each of four respects, and gives the one that takes the
            longest: a kernel is hardly faster on that GPU than this; how much slower it is, only a GPU can say. Left out are
            what the memory takes to answer, launches (2 to 5 microseconds each), the second-level cache's rate, and devices
            that the blocks do not fill. Instructions are those of PTX; the machine code has some fewer or more.

            Times are of %,d tokens with %d columns (12 heads of 64; sequences of 128 tokens for attention), scaled up from a
            small launch. Peak rates: %s 2.04 TB/s, 312 TFLOP/s on tensor cores with 16-bit operands, 108 multiprocessors at
            1.41 GHz; %s 3.35 TB/s, 989 TFLOP/s, 132 at 1.83 GHz (which `mma.sync` does not reach there: `wgmma` would be
            needed). A multiprocessor starts 4 instructions of warps a cycle and passes over the banks of its shared memory
            once.

            *Memory* is what has to come and go at least once. *Instructions* are those of warps, *wavefronts* passes over the
            banks of shared memory; both are for each number of a row, times 32, so that an instruction of a thread for each
            number counts 1.

            | kernel | memory, MB | instructions | wavefronts | A100, µs | by | H100, µs | by |
            | --- | ---: | ---: | ---: | ---: | --- | ---: | --- |
            """
                    .formatted((int) TOKENS, (int) COLUMNS, Gpu.A100.title(), Gpu.H100.title());

    private static final String FOOT =
            """

            Written by `RooflineDocumentTest` (`-Dxlmr.roofline.renew=true`) from the launches of `KernelWorkload`.
            """;

    @Test
    void thePageSaysWhatTheCountersAre() throws IOException {
        StringBuilder text = new StringBuilder(HEAD);
        Map<String, String> lines = new LinkedHashMap<>();
        for (KernelWorkload workload : KernelWorkload.all()) {
            double share = (double) workload.tokens() * workload.columns();
            for (LaunchReport report : workload.reports()) {
                lines.putIfAbsent(report.kernel(), line(report, TOKENS * COLUMNS / share, share));
            }
        }
        lines.values().forEach(text::append);
        text.append(FOOT);
        Path page = Path.of(System.getProperty("xlmr.repository"), "docs/cuda-roofline.md");
        if (Boolean.getBoolean("xlmr.roofline.renew")) {
            Files.writeString(page, text);
        }
        assertThat(Files.readString(page))
                .as("run RooflineDocumentTest with -Dxlmr.roofline.renew=true")
                .isEqualTo(text.toString());
    }

    private static String line(LaunchReport report, double scale, double numbers) {
        double bytes = 32.0 * (report.distinctSectorsRead() + report.distinctSectorsWritten());
        Gpu.Limit a100 = Gpu.A100.limit(report);
        Gpu.Limit h100 = Gpu.H100.limit(report);
        return String.format(
                Locale.ROOT,
                "| `%s` | %.1f | %.1f | %.2f | %.1f | %s | %.1f | %s |\n",
                report.kernel(),
                bytes * scale / 1e6,
                32 * report.warpInstructions() / numbers,
                32 * report.sharedWavefronts() / numbers,
                a100.seconds() * scale * 1e6,
                a100.part(),
                h100.seconds() * scale * 1e6,
                h100.part());
    }
}
