package xlmr.tokenizer.huggingface;

import com.fasterxml.jackson.core.io.NumberInput;

/// How the decimal scores of a `tokenizer.json` become numbers. It matters for exact ties only.
public enum ScoreParsing {
    /// The nearest double, as Python reads them and `AutoTokenizer` of transformers 5 hands them
    /// on.
    EXACT,
    /// `(double) digits / 10^k`, as serde_json in `Tokenizer.from_file` does: often one unit in the
    /// last place off.
    DIGITS_BY_POWER;

    private static final int EXACT_POWERS = 22;
    private static final double[] POWERS = new double[EXACT_POWERS + 1];

    static {
        double power = 1;
        for (int i = 0; i < POWERS.length; i++) {
            POWERS[i] = power;
            power *= 10;
        }
    }

    /// The number that `text[from .. from + length)` writes.
    double parse(char[] text, int from, int length) {
        boolean negative = text[from] == '-';
        long digits = 0;
        int count = 0;
        int scale = -1;
        for (int i = from + (negative ? 1 : 0); i < from + length; i++) {
            char c = text[i];
            if (c == '.') {
                scale = 0;
            } else if (c >= '0' && c <= '9' && count < 18) {
                digits = digits * 10 + c - '0';
                count += digits == 0 ? 0 : 1;
                scale += scale >= 0 ? 1 : 0;
            } else {
                return NumberInput.parseDouble(text, from, length, true);
            }
        }
        scale = Math.max(scale, 0);
        boolean exactByDivision = digits <= 1L << 53 && scale <= EXACT_POWERS;
        if (!exactByDivision && (this == EXACT || scale > EXACT_POWERS)) {
            return NumberInput.parseDouble(text, from, length, true);
        }
        double value = digits / POWERS[scale];
        return negative ? -value : value;
    }
}
