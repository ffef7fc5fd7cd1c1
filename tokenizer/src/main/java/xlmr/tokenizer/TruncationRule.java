package xlmr.tokenizer;

/// How many tokens of each text stay. The two libraries share the idea and differ in the details.
sealed interface TruncationRule {
    /// Tokens kept of the first and of the second text.
    record Kept(int first, int second) {}

    /// Refuses a stride that can never work; `added` is the number of special tokens around one
    /// text.
    void check(int maxLength, int stride, int added);

    /// What stays of `first` and `second` tokens within `room`, special tokens already taken off. A
    /// negative room is one too small even for the special tokens.
    Kept keep(Truncation truncation, int first, int second, boolean isPair, int room);

    /// `truncate_encodings` of tokenizers: an impossible wish is refused; a maximum length below
    /// the number of special tokens cuts nothing.
    record Fast() implements TruncationRule {
        @Override
        public void check(int maxLength, int stride, int added) {
            if (maxLength >= added && maxLength - added < stride) {
                throw new TokenizerException(
                        "stride %d must be less than the %d tokens of text in a maximum length of %d"
                                .formatted(stride, maxLength - added, maxLength));
            }
        }

        @Override
        public Kept keep(Truncation truncation, int first, int second, boolean isPair, int room) {
            if (room < 0 || first + second <= room) {
                return new Kept(first, second);
            }
            if (room == 0) {
                return new Kept(0, 0);
            }
            int excess = first + second - room;
            return switch (truncation) {
                case NONE -> new Kept(first, second);
                case LONGEST_FIRST ->
                        isPair ? longestFirst(first, second, room) : new Kept(room, 0);
                case ONLY_FIRST -> new Kept(shorten(first, excess, room), second);
                case ONLY_SECOND -> {
                    if (!isPair) {
                        throw new TokenizerException(
                                "truncation only_second without a second text");
                    }
                    yield new Kept(first, shorten(second, excess, room));
                }
            };
        }

        private static Kept longestFirst(int first, int second, int room) {
            int shorter = Math.min(first, second);
            int longer = shorter > room ? shorter : Math.max(shorter, room - shorter);
            if (shorter + longer > room) {
                shorter = room / 2;
                longer = shorter + room % 2;
            }
            return first > second ? new Kept(longer, shorter) : new Kept(shorter, longer);
        }

        private static int shorten(int length, int excess, int room) {
            if (length <= excess) {
                throw new TokenizerException(
                        "a text of %d tokens cannot be cut by %d to leave %d: cut the other one or allow more"
                                .formatted(length, excess, room));
            }
            return length - excess;
        }
    }

    /// `truncate_sequences` of the slow tokenizers of transformers 4: an impossible wish cuts
    /// nothing.
    record Slow() implements TruncationRule {
        @Override
        public void check(int maxLength, int stride, int added) {}

        @Override
        public Kept keep(Truncation truncation, int first, int second, boolean isPair, int room) {
            int excess = first + second - room;
            if (excess <= 0) {
                return new Kept(first, second);
            }
            return switch (truncation) {
                case NONE -> new Kept(first, second);
                case ONLY_FIRST -> new Kept(first > excess ? first - excess : first, second);
                case ONLY_SECOND -> new Kept(first, second > excess ? second - excess : second);
                case LONGEST_FIRST ->
                        isPair
                                ? longestFirst(first, second, excess)
                                : new Kept(first > excess ? first - excess : first, 0);
            };
        }

        private static Kept longestFirst(int first, int second, int excess) {
            int levelling = Math.min(Math.abs(second - first), excess);
            int shared = excess - levelling;
            int fromFirst = shared / 2 + (first > second ? levelling : 0);
            int fromSecond = excess - fromFirst;
            return new Kept(Math.max(0, first - fromFirst), Math.max(0, second - fromSecond));
        }
    }
}
