package xlmr.cuda;

/// Something was asked for that no graph of launches can hold.
final class NotRecordableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    NotRecordableException(String what) {
        super("device cuda: no graph can be recorded where " + what);
    }
}
