package xlmr.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/// A native library whose functions are written in Java: an [ElfLibrary] whose calls arrive as
/// upcalls.
final class FakeLibrary {
    /// The arguments of a call.
    record Arguments(Object[] values) {
        /// A number of 32 bits, or of 8.
        int number(int index) {
            return ((Number) values[index]).intValue();
        }

        /// A number of 64 bits.
        long wide(int index) {
            return (long) values[index];
        }

        /// A pointer to so many bytes.
        MemorySegment pointer(int index, long bytes) {
            return ((MemorySegment) values[index]).reinterpret(bytes);
        }

        /// A pointer as a number.
        long address(int index) {
            return ((MemorySegment) values[index]).address();
        }

        /// A text that ends in a zero byte.
        String text(int index) {
            return pointer(index, Integer.MAX_VALUE).getString(0);
        }
    }

    /// A function that returns a status.
    @FunctionalInterface
    interface Function {
        /// Does what the function does.
        int call(Arguments arguments) throws Exception;
    }

    /// A function that returns a text.
    @FunctionalInterface
    interface Words {
        /// The text for a status.
        String of(int status);
    }

    /// What a function does whose Java code failed: a status, and a record of the failure.
    interface Failures {
        /// The status to return.
        int status(Throwable failure);
    }

    private static final MethodHandle CALL = handle("call", int.class);
    private static final MethodHandle WORDS = handle("words", MemorySegment.class);

    private record Export(String name, Object body, FunctionDescriptor descriptor) {}

    private final String name;
    private final Failures failures;
    private final List<Export> exports = new ArrayList<>();

    FakeLibrary(String name, Failures failures) {
        this.name = name;
        this.failures = failures;
    }

    /// Adds a function with the layouts of its parameters.
    FakeLibrary with(String function, Function body, MemoryLayout... parameters) {
        exports.add(new Export(function, body, FunctionDescriptor.of(JAVA_INT, parameters)));
        return this;
    }

    /// Adds a function that names a status.
    FakeLibrary withWords(String function, Words words) {
        return withWords(function, words, JAVA_INT);
    }

    /// Adds a function that says something; a pointer counts as the status 0.
    FakeLibrary withWords(String function, Words words, MemoryLayout parameter) {
        exports.add(new Export(function, words, FunctionDescriptor.of(ADDRESS, parameter)));
        return this;
    }

    /// Writes the library to a folder and loads it, for as long as the process lives.
    void load(Path folder) {
        List<String> names = exports.stream().map(Export::name).toList();
        Path file = folder.resolve(name);
        try {
            Files.write(file, new ElfLibrary(name, names).bytes());
        } catch (IOException exception) {
            throw new UncheckedIOException(exception);
        }
        System.load(file.toString());
        MemorySegment slots =
                SymbolLookup.libraryLookup(file, Arena.global())
                        .find(ElfLibrary.SLOTS)
                        .orElseThrow()
                        .reinterpret(8L * Math.max(1, names.size()));
        for (int i = 0; i < exports.size(); i++) {
            Export export = exports.get(i);
            MethodHandle target =
                    (export.body() instanceof Words ? WORDS : CALL)
                            .bindTo(this)
                            .bindTo(export.body());
            MethodType type = export.descriptor().toMethodType();
            MethodHandle handle =
                    target.asCollector(Object[].class, type.parameterCount()).asType(type);
            slots.setAtIndex(
                    ADDRESS,
                    i,
                    Linker.nativeLinker().upcallStub(handle, export.descriptor(), Arena.global()));
        }
    }

    private static MethodHandle handle(String method, Class<?> result) {
        try {
            return MethodHandles.lookup()
                    .findVirtual(
                            FakeLibrary.class,
                            method,
                            MethodType.methodType(result, Object.class, Object[].class));
        } catch (ReflectiveOperationException exception) {
            throw new AssertionError(exception);
        }
    }

    // An exception may not leave an upcall: it would end the process.
    private int call(Object body, Object[] arguments) {
        synchronized (failures) {
            try {
                return ((Function) body).call(new Arguments(arguments));
            } catch (Throwable failure) {
                return failures.status(failure);
            }
        }
    }

    private MemorySegment words(Object body, Object[] arguments) {
        int status = arguments[0] instanceof Integer number ? number : 0;
        return Arena.global().allocateFrom(Objects.requireNonNull(((Words) body).of(status)));
    }
}
