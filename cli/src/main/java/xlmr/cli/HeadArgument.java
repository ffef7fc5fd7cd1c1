package xlmr.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;
import xlmr.model.HeadSpec;
import xlmr.model.ProblemType;
import xlmr.model.Task;

/// One of several heads as a user names it: `topic=topics.csv,validation=valid.csv,weight=0.5`.
///
/// @param name of the head
/// @param train file of its training texts
/// @param settings by their keys, as they were typed
record HeadArgument(String name, Path train, Map<String, String> settings) {
    private static final String FORM = "NAME=FILE[,KEY=VALUE]...";

    /// The keys, in the order of the help text.
    private static final List<String> KEYS =
            List.of(
                    "validation",
                    "text-column",
                    "text-pair-column",
                    "label-column",
                    "label-delimiter",
                    "task",
                    "problem",
                    "head",
                    "weight");

    /// Reads it.
    static final class Converter implements ITypeConverter<HeadArgument> {
        @Override
        public HeadArgument convert(String text) {
            List<String> parts = parts(text);
            String[] first = pair(parts.getFirst(), text);
            Map<String, String> settings = new LinkedHashMap<>();
            for (String part : parts.subList(1, parts.size())) {
                String[] setting = pair(part, text);
                if (!KEYS.contains(setting[0])) {
                    throw new TypeConversionException(
                            "%s: expected one of %s, found '%s'"
                                    .formatted(first[0], String.join(", ", KEYS), setting[0]));
                }
                if (settings.put(setting[0], setting[1]) != null) {
                    throw new TypeConversionException(
                            "%s: '%s' is there twice".formatted(first[0], setting[0]));
                }
            }
            return new HeadArgument(first[0], Path.of(first[1]), settings);
        }
    }

    /// What stands between commas; a comma behind a backslash is one of the text.
    private static List<String> parts(String text) {
        List<String> parts = new ArrayList<>();
        StringBuilder part = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            boolean escaped =
                    text.charAt(i) == '\\' && i + 1 < text.length() && text.charAt(i + 1) == ',';
            if (escaped) {
                part.append(text.charAt(++i));
            } else if (text.charAt(i) == ',') {
                parts.add(part.toString());
                part.setLength(0);
            } else {
                part.append(text.charAt(i));
            }
        }
        parts.add(part.toString());
        return parts;
    }

    private static String[] pair(String part, String whole) {
        int at = part.indexOf('=');
        if (at < 1 || at == part.length() - 1) {
            throw new TypeConversionException(
                    ("expected %s, such as topic=topics.csv,validation=valid.csv (a comma"
                                    + " within a value: \\,); found '%s' in '%s'")
                            .formatted(FORM, part, whole));
        }
        return new String[] {part.substring(0, at), part.substring(at + 1)};
    }

    /// File of the texts that it is judged on, or null.
    @Nullable Path validation() {
        String file = settings.get("validation");
        return file == null ? null : Path.of(file);
    }

    /// Whether it gives every word a tag, in place of every text a label.
    boolean tagsWords() {
        String task = settings.getOrDefault("task", Task.SEQUENCE_CLASSIFICATION.word());
        if (!task.equals(Task.SEQUENCE_CLASSIFICATION.word())
                && !task.equals(Task.TOKEN_CLASSIFICATION.word())) {
            throw new CommandException(
                    "%s, task: expected sequence-classification or token-classification, found '%s'"
                            .formatted(name, task));
        }
        boolean tags = task.equals(Task.TOKEN_CLASSIFICATION.word());
        for (String key :
                List.of(
                        "text-column",
                        "text-pair-column",
                        "label-column",
                        "label-delimiter",
                        "problem")) {
            if (tags && settings.containsKey(key)) {
                throw new CommandException(
                        "%s, %s: not for token classification; see --tag-format, --word-column, --tag-column"
                                .formatted(name, key));
            }
        }
        return tags;
    }

    /// How its files are read.
    LabelledInput read(LabelledInput usual) {
        return usual.with(
                settings.get("text-column"),
                settings.get("text-pair-column"),
                settings.get("label-column"),
                settings.get("label-delimiter"));
    }

    /// What it learns.
    ///
    /// @param labelled how its files are read
    ProblemType problem(LabelledInput labelled) {
        return TrainingInput.problem(settings.get("problem"), labelled, name + ", problem");
    }

    /// Whether it answers with a number.
    boolean learnsNumbers(LabelledInput usual) {
        return !tagsWords() && problem(read(usual)) == ProblemType.REGRESSION;
    }

    /// What is put on top of the encoder for it.
    ///
    /// @param usual for heads that say nothing, or null
    @Nullable HeadSpec head(@Nullable HeadSpec usual) {
        String spec = settings.get("head");
        try {
            return spec == null ? usual : HeadSpec.parse(spec);
        } catch (IllegalArgumentException e) {
            throw new CommandException("%s: %s".formatted(name, e.getMessage()), e);
        }
    }

    /// What its loss is multiplied by.
    double weight() {
        String weight = settings.getOrDefault("weight", "1");
        try {
            double value = Double.parseDouble(weight);
            if (value > 0 && value <= 1000) {
                return value;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw new CommandException(
                "%s, weight: expected a number above 0, at most 1000, found '%s'"
                        .formatted(name, weight));
    }
}
