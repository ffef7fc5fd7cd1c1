package xlmr.ptx;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import xlmr.ptx.syntax.PtxModule;

/// The PTX beside the tests.
final class Modules {
    private Modules() {}

    static LoadedModule load(Device device, String name) {
        return device.load(PtxModule.parse(text(name)));
    }

    static String text(String name) {
        try (InputStream in = Modules.class.getResourceAsStream(name + ".ptx")) {
            if (in == null) {
                throw new IllegalArgumentException("no PTX " + name);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException exception) {
            throw new UncheckedIOException(exception);
        }
    }

    /// A kernel written in the test: `body` is between the braces, its parameter is `out`.
    static Kernel kernel(Device device, String body) {
        return device.load(PtxModule.parse(source(body))).kernel("test");
    }

    static String source(String body) {
        return """
        .version 8.0
        .target sm_80
        .address_size 64
        .visible .entry test(.param .u64 out) {
        .reg .pred %p<8>;
        .reg .b32 %r<32>;
        .reg .b64 %d<16>;
        """
                + body
                + "\nret;\n}\n";
    }
}
