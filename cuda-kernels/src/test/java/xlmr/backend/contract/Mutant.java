package xlmr.backend.contract;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import xlmr.cuda.KernelSource;

/// A family of kernels that is broken in one place.
///
/// @param file the file that was changed: the family's own, or a header
/// @param function in which the change is
/// @param line the number of the changed line
/// @param changed the line as it reads now, without its indentation
/// @param source the family with the change
record Mutant(String file, String function, int line, String changed, KernelSource source) {
    /// What is broken: a pattern, and what stands in its place then.
    private record Mutation(Pattern pattern, String replacement) {
        static Mutation of(String pattern, String replacement) {
            return new Mutation(Pattern.compile(pattern), replacement);
        }
    }

    /// A name before a bracket, on a line that is not indented or where the name alone is.
    private static final Pattern FUNCTION =
            Pattern.compile("(?m)^(?:[^\\s/].*?|    (?=\\w+\\(const ))(\\w+)\\((?!\\d)");

    private static final List<Mutation> MUTATIONS =
            List.of(
                    Mutation.of("__syncthreads\\(\\);", ""),
                    Mutation.of("__syncwarp\\(\\);", ""),
                    Mutation.of(" < ", " <= "),
                    Mutation.of(" > ", " >= "),
                    Mutation.of(" >= ", " > "),
                    Mutation.of(" == ", " != "),
                    Mutation.of(" && ", " || "),
                    Mutation.of(" \\+= ", " = "),
                    Mutation.of(" \\+ ", " - "),
                    Mutation.of(" - ", " + "),
                    Mutation.of(" \\* ", " + "),
                    Mutation.of(" / ", " * "),
                    Mutation.of("\\b0\\.0f", "1.0f"),
                    Mutation.of("\\b(?:warp|block)Sum\\(", "("),
                    Mutation.of("\\b(?:warp|block)Maximum\\(", "("),
                    Mutation.of("\\b0x[0-9A-F]{8}u", "0x12345677u"),
                    Mutation.of("\\bwaitForCopies<\\w+>\\(\\);", ""),
                    Mutation.of("threadIdx\\.x & 31", "threadIdx.x & 15"));

    /// All mutants of a file: each differs from it in one place outside of comments.
    ///
    /// @param source the family that is compiled
    /// @param file the file that is broken: `NAME.cu` of the family, or one of its headers
    static List<Mutant> of(KernelSource source, String file) {
        boolean isHeader = source.headers().containsKey(file);
        String text = source.headers().getOrDefault(file, source.text());
        List<Mutant> mutants = new ArrayList<>();
        for (Mutation mutation : MUTATIONS) {
            Matcher matcher = mutation.pattern().matcher(text);
            while (matcher.find()) {
                if (isComment(text, matcher.start())) {
                    continue;
                }
                String broken =
                        text.substring(0, matcher.start())
                                + mutation.replacement()
                                + text.substring(matcher.end());
                int line = (int) text.substring(0, matcher.start()).lines().count();
                String changed = broken.split("\n", -1)[line - 1].strip();
                mutants.add(
                        new Mutant(
                                file,
                                function(text, matcher.start()),
                                line,
                                changed.isEmpty() ? "(nothing)" : changed,
                                isHeader
                                        ? withHeader(source, file, broken)
                                        : new KernelSource(
                                                source.name(), broken, source.headers())));
            }
        }
        return mutants;
    }

    /// The name of the function that a place lies in.
    private static String function(String text, int at) {
        Matcher head = FUNCTION.matcher(text.substring(0, at));
        String name = "";
        while (head.find()) {
            name = head.group(1);
        }
        return name;
    }

    private static boolean isComment(String text, int at) {
        int comment = text.indexOf("//", text.lastIndexOf('\n', at) + 1);
        return comment >= 0 && comment <= at;
    }

    private static KernelSource withHeader(KernelSource source, String file, String text) {
        Map<String, String> headers = new LinkedHashMap<>(source.headers());
        headers.put(file, text);
        return new KernelSource(source.name(), source.text(), headers);
    }

    @Override
    public String toString() {
        return "%s:%d %s: %s".formatted(file, line, function, changed);
    }
}
