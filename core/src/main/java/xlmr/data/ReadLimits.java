package xlmr.data;

/// What a file may not exceed, so that one from a stranger cannot fill the memory.
///
/// @param recordChars characters of one line or record
/// @param records how many records may be read at once into memory
public record ReadLimits(int recordChars, int records) {

    private static final ReadLimits DEFAULTS = new ReadLimits(4 << 20, 50_000_000);

    public ReadLimits {
        if (recordChars < 1 || records < 1) {
            throw new IllegalArgumentException(
                    "limits: expected at least 1, found %d characters, %d records"
                            .formatted(recordChars, records));
        }
    }

    /// 4 million characters a record, 50 million records.
    public static ReadLimits defaults() {
        return DEFAULTS;
    }
}
