package xlmr.cli;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import xlmr.data.Example;
import xlmr.data.ExampleFormat;
import xlmr.data.ExampleOptions;
import xlmr.data.ExampleReader;

/// How labelled files are read, the same for `train` and `evaluate`.
final class LabelledInput {
    @Option(
            names = "--input-format",
            paramLabel = "FORMAT",
            description = "csv, tsv or jsonl. Default: by the ending of the file's name.")
    private TextInput.Format format = TextInput.Format.AUTO;

    @Option(
            names = "--text-column",
            paramLabel = "NAME",
            description = "Column or JSON field of the text. Default: text.")
    private String textColumn = "text";

    @Option(
            names = "--text-pair-column",
            paramLabel = "NAME",
            description = "Column or JSON field of a second text, to classify pairs.")
    private @Nullable String textPairColumn;

    @Option(
            names = "--label-column",
            paramLabel = "NAME",
            description = "Column or JSON field of the label. Default: label.")
    private String labelColumn = "label";

    @Option(
            names = "--label-delimiter",
            paramLabel = "TEXT",
            description = "What stands between several labels of one text, for example |")
    private @Nullable String labelDelimiter;

    @Option(
            names = "--no-header",
            description = "The first line of a CSV or TSV file is data; columns are 1, 2, ...")
    private boolean noHeader;

    /// The same but for what is given here; null for as it is.
    LabelledInput with(
            @Nullable String text,
            @Nullable String pair,
            @Nullable String label,
            @Nullable String delimiter) {
        LabelledInput other = new LabelledInput();
        other.format = format;
        other.noHeader = noHeader;
        other.textColumn = text == null ? textColumn : text;
        other.textPairColumn = pair == null ? textPairColumn : pair;
        other.labelColumn = label == null ? labelColumn : label;
        other.labelDelimiter = delimiter == null ? labelDelimiter : delimiter;
        return other;
    }

    /// All examples of a file, or of standard input for `-`.
    List<Example> read(Streams streams, Path file) {
        return read(streams, file, null);
    }

    /// The same with what groups them.
    ///
    /// @param groupColumn null for nothing
    List<Example> read(Streams streams, Path file, @Nullable String groupColumn) {
        ExampleReader reader =
                new ExampleReader(
                        ExampleOptions.labelled(textColumn, labelColumn)
                                .withTextPairColumn(textPairColumn)
                                .withLabelDelimiter(labelDelimiter)
                                .withGroupColumn(groupColumn)
                                .withFormat(format.example())
                                .withHeader(!noHeader));
        return file.equals(ExampleReader.STANDARD_INPUT)
                ? reader.readAll(streams.in(), "standard input")
                : reader.readAll(file);
    }

    /// Answers that `predict --output` wrote: its columns or fields `text` and `label`, several
    /// labels as `predict` joins them.
    List<Example> readPredictions(Path file) {
        return new ExampleReader(
                        ExampleOptions.labelled("text", "label")
                                .withBlankTextAllowed(true)
                                .withLabelDelimiter(labelDelimiter == null ? null : "|"))
                .readAll(file);
    }

    /// All texts of a file that has no labels: each line, or the text column of a table.
    List<Example> readTexts(Streams streams, Path file) {
        ExampleReader reader =
                new ExampleReader(
                        ExampleOptions.unlabelled(textColumn)
                                .withBlankTextAllowed(false)
                                .withFormat(format.example())
                                .withHeader(!noHeader));
        return file.equals(ExampleReader.STANDARD_INPUT)
                ? reader.readAll(streams.in(), "standard input")
                : reader.readAll(file);
    }

    /// The texts of files whose labels, if any, do not matter, both of each pair.
    FileTexts openTexts(List<Path> files) {
        ExampleReader reader =
                new ExampleReader(
                        ExampleOptions.unlabelled(textColumn)
                                .withTextPairColumn(textPairColumn)
                                .withFormat(format.example())
                                .withHeader(!noHeader));
        return new FileTexts(reader, files.iterator());
    }

    /// Refuses options of texts with labels for a task whose files have other fields.
    ///
    /// @param files what the task reads, and which options it has for that
    void refuseFor(String files) {
        if (format != TextInput.Format.AUTO) {
            throw new CommandException("--input-format: not for " + files);
        }
        refuseColumnsFor(files);
    }

    /// Refuses the options that name columns of texts and labels, for a task whose tables have
    /// columns of their own.
    ///
    /// @param files what the task reads
    void refuseColumnsFor(String files) {
        Map<String, Boolean> given = new LinkedHashMap<>();
        given.put("--text-column", !textColumn.equals("text"));
        given.put("--text-pair-column", textPairColumn != null);
        given.put("--label-column", !labelColumn.equals("label"));
        given.put("--label-delimiter", labelDelimiter != null);
        given.put("--no-header", noHeader);
        given.forEach(
                (option, isGiven) -> {
                    if (isGiven) {
                        throw new CommandException("%s: not for %s".formatted(option, files));
                    }
                });
    }

    /// The format that was named, or null.
    @Nullable ExampleFormat format() {
        return format.example();
    }

    /// Whether a text may have several labels.
    boolean hasDelimiter() {
        return labelDelimiter != null;
    }
}
