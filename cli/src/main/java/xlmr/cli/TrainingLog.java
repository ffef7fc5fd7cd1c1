package xlmr.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import xlmr.checkpoint.JsonDocument;
import xlmr.pipeline.FineTuning;
import xlmr.train.EpochJson;
import xlmr.train.LearningRates;
import xlmr.train.Notice;
import xlmr.train.TrainingOptions;

/// How a model came to be: kept beside it as `training.json`.
///
/// @param model that training started from
/// @param train file of the training texts
/// @param validation file of the validation texts, if there was one
/// @param options of the run
/// @param maxLength most tokens of a text; 0 for as many as the model has positions
/// @param result of the run
/// @param notices of the run, in order
/// @param plan what was planned and what came, or null
record TrainingLog(
        Path model,
        Path train,
        @Nullable Path validation,
        TrainingOptions options,
        int maxLength,
        FineTuning.Result result,
        List<Notice> notices,
        PlanCheck.@Nullable Outcome plan) {
    /// The same with what was planned and what came.
    TrainingLog withPlan(PlanCheck.@Nullable Outcome value) {
        return new TrainingLog(
                model, train, validation, options, maxLength, result, notices, value);
    }

    /// Writes `training.json`.
    void write(Path directory) {
        JsonDocument.write(directory.resolve("training.json"), json());
    }

    ObjectNode json() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("xlmr", Version.number())
                .put("model", model.toString())
                .put("train", train.toString());
        if (validation != null) {
            json.put("validation", validation.toString());
        }
        json.set("options", optionsJson(options, maxLength));
        if (result.task().hasLabels()) {
            ArrayNode labels = json.putArray("labels");
            result.labels().forEach(labels::add);
        }
        ArrayNode epochs = json.putArray("epochs");
        result.epochs().forEach(epoch -> epochs.add(EpochJson.of(epoch)));
        putNotices(json, notices);
        if (plan != null) {
            json.set("plan", plan.json());
        }
        json.put("truncated_texts", result.truncated());
        ArrayNode fresh = json.putArray("new_parameters");
        result.report().initialized().forEach(parameter -> fresh.add(parameter.name()));
        return json;
    }

    static void putNotices(ObjectNode json, List<Notice> notices) {
        ArrayNode noticed = json.putArray("notices");
        for (Notice notice : notices) {
            noticed.addObject()
                    .put("code", notice.code().id())
                    .put("step", notice.step())
                    .put("sentence", notice.sentence());
        }
    }

    /// The settings by name.
    ObjectNode optionsJson() {
        return optionsJson(options, maxLength);
    }

    /// The settings of a run by name.
    static ObjectNode optionsJson(TrainingOptions options, int maxLength) {
        LearningRates rates = options.rates();
        return JsonNodeFactory.instance
                .objectNode()
                .put("tune", options.tune().spec())
                .put("epochs", options.epochs())
                .put("batch_size", options.batching().size())
                .put("accumulation", options.batching().accumulation())
                .put("group_by_length", options.batching().groupByLength())
                .put("learning_rate", options.learningRate())
                .put("head_learning_rate", rates.head().orElse(options.learningRate()))
                .put("layer_decay", rates.layerDecay())
                .put("schedule", rates.schedule().spec())
                .put("warmup_ratio", rates.warmupRatio())
                .put("class_weights", options.loss().classWeights().spec())
                .put("loss", options.loss().function().spec())
                .put("sampling", options.batching().sampling().spec())
                .put("label_smoothing", options.loss().labelSmoothing())
                .put("weight_decay", options.weightDecay())
                .put("clip", options.clipNorm())
                .put("max_length", maxLength)
                .put("seed", options.seed())
                .put("patience", options.patience())
                .put("metric", options.metric().spec());
    }
}
