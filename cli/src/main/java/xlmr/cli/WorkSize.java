package xlmr.cli;

/// How much `cuda selftest` and `cuda bench` compute.
enum WorkSize {
    /// The sizes of xlm-roberta-base.
    BASE(768, 12, 3072, new int[] {0, 1, 70, 203}, 32, 256, 32, 128, 5),
    /// Everything once, in seconds even where the GPU is emulated; says nothing about speed.
    SMALL(64, 4, 160, new int[] {0, 1, 20, 57}, 4, 16, 2, 16, 1);

    private final int columns;
    private final int heads;
    private final int wide;
    private final int[] starts;
    private final int examples;
    private final int longestExample;
    private final int rows;
    private final int length;
    private final int rounds;

    WorkSize(
            int columns,
            int heads,
            int wide,
            int[] starts,
            int examples,
            int longestExample,
            int rows,
            int length,
            int rounds) {
        this.columns = columns;
        this.heads = heads;
        this.wide = wide;
        this.starts = starts;
        this.examples = examples;
        this.longestExample = longestExample;
        this.rows = rows;
        this.length = length;
        this.rounds = rounds;
    }

    /// C, the columns of single operations.
    int columns() {
        return columns;
    }

    /// H of single operations.
    int heads() {
        return heads;
    }

    /// F of single operations.
    int wide() {
        return wide;
    }

    /// Sequences of single operations: three, none a multiple of a tile.
    int[] starts() {
        return starts.clone();
    }

    /// N of single operations.
    int tokens() {
        return starts[starts.length - 1];
    }

    /// Labelled texts on which a model predicts and trains.
    int examples() {
        return examples;
    }

    /// Their tokens are cut behind this one.
    int longestExample() {
        return longestExample;
    }

    /// Sequences of the larger batch that is measured; the other one has 1.
    int rows() {
        return rows;
    }

    /// Tokens of each of them.
    int length() {
        return length;
    }

    /// How often each work is measured, after a time that does not count.
    int rounds() {
        return rounds;
    }
}
