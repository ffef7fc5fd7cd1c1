package xlmr.onnx;

import java.io.Serial;

/// A weight that float16 cannot hold; whoever knows its name says so.
final class Float16RangeException extends RuntimeException {
    @Serial private static final long serialVersionUID = 1;

    Float16RangeException(float value) {
        super("holds %s, and the largest float16 is 65504".formatted(value));
    }
}
