package xlmr.tokenizer.huggingface;

/// Takes white space off the ends (`Strip`).
record StripStep(boolean left, boolean right) implements NormalizerStep {
    @Override
    public void apply(AlignedText source, int from, int to, AlignedText target) {
        int start = from;
        while (left && start < to && WhiteSpace.is(source.codePointAt(start))) {
            start = source.next(start);
        }
        int end = to;
        while (right && end > start) {
            int before = source.previous(end, start);
            if (!WhiteSpace.is(source.codePointAt(before))) {
                break;
            }
            end = before;
        }
        target.append(source, start, end);
    }
}
