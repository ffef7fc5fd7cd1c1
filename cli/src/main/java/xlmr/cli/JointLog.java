package xlmr.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import xlmr.checkpoint.JsonDocument;
import xlmr.pipeline.JointFineTuning;
import xlmr.train.EpochJson;
import xlmr.train.Notice;

/// How an encoder and its heads came to be: kept beside the encoder as `training.json`.
///
/// @param job that ran
/// @param heads as they were asked for
/// @param result of the run
/// @param notices of the run, in order
/// @param plan what was planned and what came, or null
record JointLog(
        JointFineTuning job,
        List<HeadArgument> heads,
        JointFineTuning.Result result,
        List<Notice> notices,
        PlanCheck.@Nullable Outcome plan) {
    /// Writes `training.json`.
    void write(Path directory) {
        JsonDocument.write(directory.resolve("training.json"), json());
    }

    ObjectNode json() {
        ObjectNode json =
                JsonNodeFactory.instance
                        .objectNode()
                        .put("xlmr", Version.number())
                        .put("model", job.model().toString());
        ObjectNode byName = json.putObject("heads");
        for (HeadArgument head : heads) {
            Path validation = head.validation();
            ObjectNode own =
                    byName.putObject(head.name())
                            .put("train", head.train().toString())
                            .put("validation", validation == null ? null : validation.toString())
                            .put("weight", head.weight())
                            .put("truncated_texts", result.truncated().get(head.name()));
            ArrayNode labels = own.putArray("labels");
            result.labels().getOrDefault(head.name(), List.of()).forEach(labels::add);
        }
        json.put("mixing", job.mixing().spec());
        json.set("options", TrainingLog.optionsJson(job.options(), job.maxLength()));
        ArrayNode epochs = json.putArray("epochs");
        result.epochs().forEach(epoch -> epochs.add(EpochJson.of(epoch)));
        TrainingLog.putNotices(json, notices);
        if (plan != null) {
            json.set("plan", plan.json());
        }
        return json;
    }
}
