package xlmr.cli;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import xlmr.checkpoint.CheckpointException;
import xlmr.model.HeadSpec;
import xlmr.model.LoadedModel;
import xlmr.model.NamedHead;
import xlmr.model.ProblemType;
import xlmr.model.Task;
import xlmr.model.TaskModel;
import xlmr.model.XlmRobertaConfig;
import xlmr.model.XlmRobertaModel;

/// The named heads beside an encoder, as `describe` tells of them.
///
/// @param heads by name, in the order of their names
record DescribedHeads(List<Described> heads) {
    /// One head.
    ///
    /// @param fields for a script
    /// @param words for a person
    record Described(Map<String, Object> fields, String words) {}

    /// Looks at all heads of a model. One that cannot be read is told of, too.
    static DescribedHeads of(Path model, XlmRobertaModel encoder) {
        List<Described> heads = new ArrayList<>();
        for (String name : NamedHead.names(model)) {
            try {
                heads.add(described(name, NamedHead.load(model, name, encoder)));
            } catch (CheckpointException e) {
                String problem = String.valueOf(e.getMessage());
                heads.add(
                        new Described(
                                Map.of("name", name, "problem", problem),
                                "%s: cannot be read: %s".formatted(name, problem)));
            }
        }
        return new DescribedHeads(heads);
    }

    private static Described described(String name, LoadedModel<TaskModel> loaded) {
        TaskModel model = loaded.model();
        XlmRobertaConfig config = model.config();
        String spec = HeadSpec.of(config).text();
        boolean number =
                model.task() == Task.SEQUENCE_CLASSIFICATION
                        && config.problem() == ProblemType.REGRESSION;
        List<String> warnings = loaded.report().warnings();
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("name", name);
        fields.put("task", model.task().word());
        fields.put("head", spec);
        fields.put("labels", config.labels());
        fields.put("warnings", warnings);
        String answers = number ? "a number" : "labels " + String.join(", ", config.labels());
        String odd = warnings.isEmpty() ? "" : "; " + String.join("; ", warnings);
        return new Described(
                fields,
                "%s: %s, head %s, %s%s".formatted(name, model.task().word(), spec, answers, odd));
    }

    /// A line each; nothing where there are none.
    void print(PrintStream out) {
        if (heads.isEmpty()) {
            return;
        }
        out.println("Heads beside this encoder, asked by --head-name");
        heads.forEach(head -> out.println("  " + Printable.line(head.words())));
        out.println();
    }

    /// One object each.
    List<Map<String, Object>> fields() {
        return heads.stream().map(Described::fields).toList();
    }
}
