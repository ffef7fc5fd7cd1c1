package xlmr.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// How the budget is read and what it says; KernelCompilationTest holds the kernels to it.
class KernelBudgetTest {
    private static final String LOG =
            """
            ptxas info    : Compiling entry function 'scale' for 'sm_90'
            ptxas         .     16 bytes stack frame, 12 bytes spill stores, 8 bytes spill loads
            ptxas info    : Used 40 registers, used 1 barriers, 256 bytes smem
            ptxas info    : Compiling entry function 'fill' for 'sm_90'
            ptxas         .     0 bytes stack frame, 0 bytes spill stores, 0 bytes spill loads
            ptxas info    : Used 8 registers, used 0 barriers
            """;

    @Test
    void theLogOfTheCompilerIsRead() {
        assertThat(KernelUse.of(LOG))
                .containsExactly(
                        new KernelUse("scale", "sm_90", 40, 256, 16, 12),
                        new KernelUse("fill", "sm_90", 8, 0, 0, 0));
    }

    @Test
    void aKernelThatGrewIsNamedWithWhatItGrewBy() {
        KernelBudget budget =
                new KernelBudget(
                        Map.of("scale", new KernelBudget.Line(128, new int[] {9, 9, 9, 32, 9, 9})));
        List<KernelUse> uses = KernelUse.of(LOG);
        assertThat(budget.excess(uses.getFirst()))
                .containsExactly(
                        "scale on sm_90: 16 bytes of stack, 12 bytes spilled; allowed are none",
                        "scale on sm_90: 40 registers, 8 more than the 32 of budget.txt",
                        "scale on sm_90: 256 bytes of shared memory, 128 more than the 128 of"
                                + " budget.txt");
        assertThat(budget.excess(uses.getLast()))
                .containsExactly("fill on sm_90: the kernel is not in budget.txt");
    }
}
