package xlmr.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Says what is in the files of a model.
@Command(
        name = "inspect",
        description =
                "Say what is in a checkpoint, configuration or tokenizer file: names, types, shapes, or why it is"
                        + " refused.",
        footer = {
            "",
            "Exit code 1 if any file is refused.",
            "",
            "Example:",
            "  xlmr inspect DIR/*.safetensors DIR/config.json"
        })
final class InspectCommand implements Callable<Integer> {
    private final Streams streams;

    @Parameters(
            arity = "1..*",
            paramLabel = "FILE",
            description = "Files, or directories of models.")
    private List<Path> files = List.of();

    @Option(
            names = "--json",
            description =
                    "A JSON object for each file, one a line: file, ok, and reason or what is in it.")
    private boolean json;

    InspectCommand(Streams streams) {
        this.streams = streams;
    }

    @Override
    public Integer call() {
        boolean allFine = true;
        for (Path file : files) {
            FileInspection inspection = FileInspection.of(file);
            allFine &= inspection.ok();
            if (json) {
                Json.printLine(streams.out(), inspection.json());
            } else {
                print(inspection);
            }
        }
        return allFine ? XlmrCommand.DONE : XlmrCommand.FAILED;
    }

    private void print(FileInspection inspection) {
        PrintStream out = streams.out();
        String file = Printable.line(inspection.file());
        if (inspection.reason() != null) {
            out.printf("%s: refused: %s%n", file, Printable.line(inspection.reason()));
            return;
        }
        out.printf("%s: %s%n", file, inspection.kind().jsonName().replace('_', ' '));
        inspection
                .contents()
                .properties()
                .forEach(field -> print(out, field.getKey(), field.getValue()));
        inspection
                .warnings()
                .forEach(warning -> out.println("  warning: " + Printable.line(warning)));
    }

    private static void print(PrintStream out, String name, JsonNode value) {
        if (name.equals("tensors")) {
            for (JsonNode tensor : value) {
                out.printf(
                        "  %-5s %-18s %s%n",
                        tensor.path("dtype").asText(),
                        tensor.path("shape"),
                        Printable.line(tensor.path("name").asText()));
            }
        } else if (value.isObject()) {
            value.properties()
                    .forEach(
                            field ->
                                    out.printf(
                                            "  %s = %s%n",
                                            Printable.line(field.getKey()),
                                            Printable.line(field.getValue().toString())));
        } else {
            out.printf("  %s: %s%n", name, Printable.line(value.toString()));
        }
    }
}
