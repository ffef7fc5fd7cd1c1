package xlmr.cuda;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/// How many registers and bytes of shared memory each kernel may take: `budget.txt`, a kernel a
/// line. Nothing may be spilled or lie on a stack.
///
/// @param lines by the name of the kernel
record KernelBudget(Map<String, Line> lines) {
    static final List<String> ARCHITECTURES =
            List.of("sm_80", "sm_86", "sm_89", "sm_90", "sm_100", "sm_120");

    private static final String HEADER =
            """
            # Bytes of static shared memory, and registers on %s.
            # KernelCompilationTest holds the kernels to it; -Dxlmr.budget.renew=true writes it anew.
            """
                    .formatted(String.join(", ", ARCHITECTURES));

    /// @param sharedBytes of a block
    /// @param registers of a thread, for each of the architectures
    record Line(int sharedBytes, int[] registers) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Line line
                    && sharedBytes == line.sharedBytes
                    && Arrays.equals(registers, line.registers);
        }

        @Override
        public int hashCode() {
            return 31 * sharedBytes + Arrays.hashCode(registers);
        }
    }

    /// The file as it lies beside the tests.
    static KernelBudget read() throws IOException {
        Map<String, Line> lines = new TreeMap<>();
        try (InputStream in = KernelBudget.class.getResourceAsStream("budget.txt")) {
            String text =
                    new String(
                            Objects.requireNonNull(in, "budget.txt").readAllBytes(),
                            StandardCharsets.UTF_8);
            text.lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(line -> line.split(" +", -1))
                    .forEach(
                            words ->
                                    lines.put(
                                            words[0],
                                            new Line(
                                                    Integer.parseInt(words[1]),
                                                    Arrays.stream(words)
                                                            .skip(2)
                                                            .mapToInt(Integer::parseInt)
                                                            .toArray())));
        }
        return new KernelBudget(lines);
    }

    /// Just what the kernels take, on all architectures.
    static KernelBudget of(List<KernelUse> uses) {
        Map<String, Line> lines = new TreeMap<>();
        for (KernelUse use : uses) {
            Line line =
                    lines.computeIfAbsent(
                            use.kernel(),
                            name -> new Line(use.sharedBytes(), new int[ARCHITECTURES.size()]));
            line.registers()[ARCHITECTURES.indexOf(use.architecture())] = use.registers();
        }
        return new KernelBudget(lines);
    }

    String text() {
        StringBuilder text = new StringBuilder(HEADER);
        lines.forEach(
                (kernel, line) -> {
                    text.append("%-40s %6d ".formatted(kernel, line.sharedBytes()));
                    for (int registers : line.registers()) {
                        text.append(" %3d".formatted(registers));
                    }
                    text.append('\n');
                });
        return text.toString();
    }

    /// One line for each limit that is passed: which kernel, on what, by how much.
    List<String> excess(KernelUse use) {
        List<String> excess = new ArrayList<>();
        String where = use.kernel() + " on " + use.architecture();
        if (use.stackBytes() > 0 || use.spilledBytes() > 0) {
            excess.add(
                    "%s: %d bytes of stack, %d bytes spilled; allowed are none"
                            .formatted(where, use.stackBytes(), use.spilledBytes()));
        }
        Line line = lines.get(use.kernel());
        if (line == null) {
            excess.add(where + ": the kernel is not in budget.txt");
            return excess;
        }
        int allowed = line.registers()[ARCHITECTURES.indexOf(use.architecture())];
        if (use.registers() > allowed) {
            excess.add(
                    "%s: %d registers, %d more than the %d of budget.txt"
                            .formatted(where, use.registers(), use.registers() - allowed, allowed));
        }
        if (use.sharedBytes() > line.sharedBytes()) {
            excess.add(
                    "%s: %d bytes of shared memory, %d more than the %d of budget.txt"
                            .formatted(
                                    where,
                                    use.sharedBytes(),
                                    use.sharedBytes() - line.sharedBytes(),
                                    line.sharedBytes()));
        }
        return excess;
    }
}
