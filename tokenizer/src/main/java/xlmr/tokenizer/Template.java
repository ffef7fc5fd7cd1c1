package xlmr.tokenizer;

/// Which special tokens stand around one text and around two: ids, with [#FIRST] and [#SECOND]
/// where the texts go.
///
/// @param single around one text
/// @param pair around two
record Template(int[] single, int[] pair) {
    static final int FIRST = -1;
    static final int SECOND = -2;

    /// `<s> A </s>` and `<s> A </s></s> B </s>`.
    static Template xlmRoberta(int bosId, int eosId) {
        return new Template(
                new int[] {bosId, FIRST, eosId},
                new int[] {bosId, FIRST, eosId, eosId, SECOND, eosId});
    }

    /// Number of special tokens.
    int added(boolean isPair) {
        return isPair ? pair.length - 2 : single.length - 1;
    }
}
