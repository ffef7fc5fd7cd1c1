package xlmr.cuda;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What a kernel takes of a multiprocessor, as ptxas says. Threads times registers decide how many
/// blocks there is room for; what is spilled goes through memory.
///
/// @param kernel its name
/// @param architecture that it was compiled for
/// @param registers of a thread
/// @param sharedBytes static shared memory of a block
/// @param stackBytes local memory of a thread, spilled registers included
/// @param spilledBytes that are written when registers do not suffice
record KernelUse(
        String kernel,
        String architecture,
        int registers,
        int sharedBytes,
        int stackBytes,
        int spilledBytes) {
    private static final Pattern ENTRY =
            Pattern.compile("Compiling entry function '(\\w+)' for '(\\w+)'");
    private static final Pattern STACK =
            Pattern.compile("(\\d+) bytes stack frame, (\\d+) bytes spill stores");
    private static final Pattern USED = Pattern.compile("Used (\\d+) registers(.*)");
    private static final Pattern SHARED = Pattern.compile("(\\d+) bytes smem");

    /// All kernels in a log of `--ptxas-options=-v`.
    ///
    /// @throws IllegalStateException where the log is not as expected
    static List<KernelUse> of(String log) {
        List<KernelUse> uses = new ArrayList<>();
        for (String part : log.split("(?=Compiling entry function)", -1)) {
            Matcher entry = ENTRY.matcher(part);
            if (!entry.find()) {
                continue;
            }
            Matcher stack = STACK.matcher(part);
            Matcher used = USED.matcher(part);
            if (!stack.find() || !used.find()) {
                throw new IllegalStateException("ptxas says nothing of registers in: " + part);
            }
            Matcher shared = SHARED.matcher(used.group(2));
            uses.add(
                    new KernelUse(
                            entry.group(1),
                            entry.group(2),
                            Integer.parseInt(used.group(1)),
                            shared.find() ? Integer.parseInt(shared.group(1)) : 0,
                            Integer.parseInt(stack.group(1)),
                            Integer.parseInt(stack.group(2))));
        }
        return uses;
    }
}
