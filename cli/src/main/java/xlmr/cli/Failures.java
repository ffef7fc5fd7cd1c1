package xlmr.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/// Turns what went wrong into one line on standard error and an exit code.
final class Failures implements IExecutionExceptionHandler, IParameterExceptionHandler {
    /// What a shell reports for a program that was ended because nobody reads its output.
    static final int OUTPUT_CLOSED = 141;

    private static final long MEBIBYTE = 1L << 20;

    private final Streams streams;

    Failures(Streams streams) {
        this.streams = streams;
    }

    @Override
    public int handleExecutionException(
            Exception failure, CommandLine commandLine, @Nullable ParseResult parsed) {
        if (failure instanceof OutputClosedException closed) {
            return handleOutputClosed(closed);
        }
        report(message(failure), failure, parsed != null && wantsStackTrace(parsed));
        return XlmrCommand.FAILED;
    }

    @Override
    public int handleParseException(ParameterException failure, String[] arguments) {
        StringBuilder line = new StringBuilder(usageMessage(failure));
        if (failure instanceof UnmatchedArgumentException unmatched) {
            List<String> suggestions = unmatched.getSuggestions();
            if (!suggestions.isEmpty()) {
                line.append("; did you mean ").append(String.join(" or ", suggestions)).append('?');
            }
        }
        line.append(" (see ")
                .append(failure.getCommandLine().getCommandSpec().qualifiedName(" "))
                .append(" --help)");
        report(line.toString(), failure, List.of(arguments).contains("--stacktrace"));
        return XlmrCommand.WRONG_USAGE;
    }

    /// Silence where nobody reads the output any more; a line where it cannot be written.
    int handleOutputClosed(OutputClosedException failure) {
        String reason = String.valueOf(failure.getMessage());
        if (reason.contains("Broken pipe") || reason.contains("closed")) {
            return OUTPUT_CLOSED;
        }
        report("standard output cannot be written: " + reason, failure, false);
        return XlmrCommand.FAILED;
    }

    /// The line for a heap that was too small, wherever it ended.
    int handleOutOfMemory(OutOfMemoryError failure, boolean stackTrace) {
        report(
                ("out of memory: the heap may grow to %d MiB and was not enough (%s). Use a smaller"
                                + " --batch-size or --max-length, or give more, for example"
                                + " XLMR_JAVA_OPTIONS=-Xmx8g")
                        .formatted(
                                Runtime.getRuntime().maxMemory() / MEBIBYTE, failure.getMessage()),
                failure,
                stackTrace);
        return XlmrCommand.FAILED;
    }

    private void report(String message, Throwable failure, boolean stackTrace) {
        streams.err().println("xlmr: " + Printable.line(message));
        if (stackTrace) {
            failure.printStackTrace(streams.err());
            streams.err().flush();
        }
    }

    private static boolean wantsStackTrace(ParseResult parsed) {
        return parsed.originalArgs().contains("--stacktrace");
    }

    /// What a person can do something about is in the message of the exception; what a program got
    /// wrong is not.
    static String message(Exception failure) {
        return switch (failure) {
            case UncheckedIOException wrapped -> message(requireCause(wrapped));
            case NoSuchFileException missing -> missing.getFile() + ": no such file or directory";
            case AccessDeniedException denied -> denied.getFile() + ": permission denied";
            case FileAlreadyExistsException exists -> exists.getFile() + ": exists already";
            case NotDirectoryException file -> file.getFile() + ": not a directory";
            case DirectoryNotEmptyException full -> full.getFile() + ": the directory is not empty";
            case FileSystemException other when other.getReason() != null ->
                    other.getFile() + ": " + other.getReason();
            case IOException io -> messageOrClass(io);
            case CommandException refused -> messageOrClass(refused);
            case NullPointerException bug -> internalError(bug);
            case IndexOutOfBoundsException bug -> internalError(bug);
            case ClassCastException bug -> internalError(bug);
            case RuntimeException refused -> messageOrClass(refused);
            default -> messageOrClass(failure);
        };
    }

    private static IOException requireCause(UncheckedIOException wrapped) {
        return Optional.ofNullable(wrapped.getCause())
                .orElseGet(() -> new IOException(wrapped.getMessage()));
    }

    private static String internalError(Exception bug) {
        return "a mistake in xlmr itself, please report it with the output of --stacktrace: " + bug;
    }

    private static String messageOrClass(Exception failure) {
        String message = failure.getMessage();
        return message == null || message.isBlank() ? failure.toString() : message;
    }

    private static String usageMessage(ParameterException failure) {
        if (failure instanceof UnmatchedArgumentException unmatched
                && !unmatched.isUnknownOption()
                && failure.getCommandLine().getCommandSpec().parent() == null) {
            return "there is no command '%s'".formatted(unmatched.getUnmatched().getFirst());
        }
        return lowerFirst(withoutFullStop(failure.getMessage()));
    }

    private static String withoutFullStop(@Nullable String message) {
        String text = message == null ? "wrong usage" : message.strip();
        return text.endsWith(".") ? text.substring(0, text.length() - 1) : text;
    }

    private static String lowerFirst(String text) {
        return text.isEmpty() ? text : Character.toLowerCase(text.charAt(0)) + text.substring(1);
    }
}
