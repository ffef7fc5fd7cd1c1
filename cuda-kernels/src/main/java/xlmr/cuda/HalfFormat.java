package xlmr.cuda;

/// The formats of 16 bits that tensor cores multiply.
public enum HalfFormat {
    /// 8 bits of exponent, as a float has, and 7 of fraction.
    BF16("Bf16"),
    /// 5 bits of exponent and 10 of fraction: more digits, but 65504 is the largest number.
    FP16("Fp16");

    private final String kernels;

    HalfFormat(String kernels) {
        this.kernels = kernels;
    }

    /// How kernels are called that are made for it.
    String kernels() {
        return kernels;
    }
}
