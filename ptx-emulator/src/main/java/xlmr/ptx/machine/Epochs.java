package xlmr.ptx.machine;

/// The clock of a device by which races are told from orderly accesses: it goes on at the beginning
/// of every block and at every barrier.
final class Epochs {
    long current = 1;
    long firstOfLaunch = 1;
    long firstOfBlock = 1;

    void beginLaunch() {
        current++;
        firstOfLaunch = current;
        firstOfBlock = current;
    }

    void beginBlock() {
        current++;
        firstOfBlock = current;
    }

    void passBarrier() {
        current++;
    }
}
