package xlmr.cuda;

import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;

/// An address as the bindings take it; it owns nothing.
final class NativeAddress extends Pointer {
    NativeAddress(long address) {
        this.address = address;
    }

    /// An array of pointers.
    static final class OfPointers extends PointerPointer<Pointer> {
        OfPointers(long address) {
            super((Pointer) null);
            this.address = address;
        }
    }
}
