package xlmr.cuda;

import xlmr.ptx.machine.LaunchReport;

/// The peak rates of a GPU, from its maker's data sheets and architecture papers: bytes that its
/// memory gives in a second, streaming multiprocessors, cycles of a second when boosted, and
/// floating-point operations of its tensor cores in a second with operands of 16 bits.
enum Gpu {
    A100("A100 SXM 80 GB", 2.039e12, 108, 1.41e9, 312e12),
    H100("H100 SXM", 3.35e12, 132, 1.83e9, 989e12);

    /// Instructions of warps that a multiprocessor starts in a cycle: four schedulers have one
    /// each.
    private static final int INSTRUCTIONS = 4;

    private final String title;
    private final double memoryBytes;
    private final int processors;
    private final double clock;
    private final double matrixOperations;

    Gpu(String title, double memoryBytes, int processors, double clock, double matrixOperations) {
        this.title = title;
        this.memoryBytes = memoryBytes;
        this.processors = processors;
        this.clock = clock;
        this.matrixOperations = matrixOperations;
    }

    String title() {
        return title;
    }

    /// What a launch takes at least, if one of the parts of the device had all the work.
    ///
    /// @param part that limits it
    /// @param seconds that this part needs
    record Limit(String part, double seconds) {}

    /// The part that needs the longest.
    Limit limit(LaunchReport report) {
        double cycles = processors * clock;
        Limit[] limits = {
            new Limit(
                    "memory",
                    32.0
                            * (report.distinctSectorsRead() + report.distinctSectorsWritten())
                            / memoryBytes),
            new Limit("instructions", report.warpInstructions() / (INSTRUCTIONS * cycles)),
            // A pass over the banks a cycle.
            new Limit("shared memory", report.sharedWavefronts() / cycles),
            new Limit("tensor cores", report.matrixOperations() / matrixOperations)
        };
        Limit longest = limits[0];
        for (Limit limit : limits) {
            longest = limit.seconds() > longest.seconds() ? limit : longest;
        }
        return longest;
    }
}
