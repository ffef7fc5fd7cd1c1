package xlmr.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;
import xlmr.autograd.Parameter;
import xlmr.checkpoint.Checkpoint;
import xlmr.checkpoint.CheckpointException;
import xlmr.checkpoint.JsonDocument;
import xlmr.checkpoint.LoadReport;
import xlmr.checkpoint.SafetensorsWriter;
import xlmr.tensor.Tensor;

/// A head that is saved apart from its encoder, in the folder `heads/NAME` of the encoder's
/// directory: `head.json` (labels and kind), `head.safetensors` and, if the head was trained with
/// one, the low-rank adapter of the encoder in the folder `adapter`, in PEFT's files.
///
/// The encoder's own files are those that they were, so any number of heads share them.
public final class NamedHead {
    private static final String FOLDER = "heads";
    private static final String DESCRIPTION = "head.json";
    private static final String WEIGHTS = "head.safetensors";
    private static final String NAME = "[A-Za-z0-9][A-Za-z0-9_-]{0,63}";

    /// Fields of `config.json` that belong to the head; the others are the encoder's.
    private static final List<String> FIELDS =
            List.of(
                    "architectures",
                    "classifier_dropout",
                    "id2label",
                    "label2id",
                    "problem_type",
                    HeadSpec.FIELD);

    private NamedHead() {}

    /// Where a head of a model is, or will be.
    ///
    /// @throws IllegalArgumentException if it cannot be the name of a folder everywhere
    public static Path place(Path model, String name) {
        if (!name.matches(NAME)) {
            throw new IllegalArgumentException(
                    "head name: expected letters, digits, - and _, at most 64; found '%s'"
                            .formatted(name));
        }
        return model.resolve(FOLDER).resolve(name);
    }

    /// Where the adapter of a head is.
    ///
    /// @param place of the head
    public static Path adapter(Path place) {
        return place.resolve("adapter");
    }

    /// Whether a directory holds a head.
    public static boolean isIn(Path place) {
        return Files.isRegularFile(place.resolve(DESCRIPTION));
    }

    /// The heads of a model, by name.
    public static List<String> names(Path model) {
        Path folder = model.resolve(FOLDER);
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> places = Files.list(folder)) {
            return places.filter(NamedHead::isIn)
                    .map(place -> place.getFileName().toString())
                    .filter(name -> name.matches(NAME))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw CheckpointException.of(folder, e);
        }
    }

    /// Writes the head of a model, and says whether it needs an adapter, which is written by
    /// itself.
    ///
    /// @param place is made if it is missing
    /// @param source of the encoder's weights as they are saved
    public static void write(Path place, TaskModel model, WeightSource source) {
        try {
            Files.createDirectories(place);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "%s: cannot write the head: %s".formatted(place, e.getMessage()), e);
        }
        SafetensorsWriter writer = new SafetensorsWriter().metadata("format", "pt");
        for (Parameter parameter : model.head().parameters()) {
            writer.add(
                    parameter.name(),
                    Tensor.of(
                            parameter.shape(), parameter.value().toArray())); // [as the parameter]
        }
        writer.write(place.resolve(WEIGHTS));
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("adapter", model.encoder().parameters().stream().anyMatch(NamedHead::isAdapter));
        json.put("encoder", EncoderFingerprint.of(model.encoder(), source));
        ObjectNode config = json.putObject("config");
        model.config().json().properties().stream()
                .filter(field -> FIELDS.contains(field.getKey()))
                .forEach(field -> config.set(field.getKey(), field.getValue()));
        JsonDocument.write(place.resolve(DESCRIPTION), json);
    }

    /// A head on its encoder, with its adapter beside the encoder's weights; these are shared.
    ///
    /// @param model directory of the encoder
    /// @param encoder read from there
    /// @throws CheckpointException if there is no such head, it is damaged or it does not fit
    public static LoadedModel<TaskModel> load(Path model, String name, XlmRobertaModel encoder) {
        return open(existing(model, name), encoder);
    }

    private static Path existing(Path model, String name) {
        Path place = place(model, name);
        if (!isIn(place)) {
            List<String> names = names(model);
            throw new CheckpointException(
                    model.toString(),
                    "has no head '%s'; %s"
                            .formatted(
                                    name,
                                    names.isEmpty()
                                            ? "none has been trained there"
                                            : "there are " + String.join(", ", names)),
                    "train one with `train --head-name " + name + "`");
        }
        return place;
    }

    /// What a head of a model is for.
    ///
    /// @throws CheckpointException if there is no such head, or it is damaged
    public static Task task(Path model, String name) {
        Path file = existing(model, name).resolve(DESCRIPTION);
        XlmRobertaConfig encoder = XlmRobertaConfig.read(model.resolve("config.json"));
        return task(file, config(file, JsonDocument.read(file), encoder));
    }

    private static Task task(Path file, XlmRobertaConfig config) {
        return Task.of(config)
                .filter(NamedHead::isFor)
                .orElseThrow(
                        () ->
                                new CheckpointException(
                                        file.toString(),
                                        "is for %s; expected a head of sequence or token classification"
                                                .formatted(config.architectures())));
    }

    /// Whether heads of a task can be saved apart: those whose answers have names.
    public static boolean isFor(Task task) {
        return task == Task.SEQUENCE_CLASSIFICATION || task == Task.TOKEN_CLASSIFICATION;
    }

    /// The head in a folder on its encoder, with its adapter.
    ///
    /// @param place of the head
    /// @param encoder that it was trained on
    /// @throws CheckpointException if it is damaged or does not fit
    public static LoadedModel<TaskModel> open(Path place, XlmRobertaModel encoder) {
        Path file = place.resolve(DESCRIPTION);
        ObjectNode json = JsonDocument.read(file);
        XlmRobertaConfig config = config(file, json, encoder.config());
        Task task = task(file, config);
        LoadedModel<TaskModel> loaded =
                ModelLoader.onto(
                        encoder, config, task, place, Checkpoint.open(place.resolve(WEIGHTS)));
        if (!loaded.report().isComplete()) {
            throw new CheckpointException(
                    place.resolve(WEIGHTS).toString(),
                    "lacks " + loaded.report().initialized().getFirst().name());
        }
        List<String> warnings = new ArrayList<>(loaded.report().warnings());
        if (!EncoderFingerprint.isOf(json.path("encoder").asText(), encoder)) {
            warnings.add(
                    "head '%s' was trained on another encoder than this one, so its answers may mean little; train it again"
                            .formatted(place.getFileName()));
        }
        TaskModel complete =
                json.path("adapter").asBoolean()
                        ? PeftAdapter.open(adapter(place)).onto(loaded.model())
                        : loaded.model();
        LoadReport report = loaded.report();
        return new LoadedModel<>(
                complete, new LoadReport(report.used(), List.of(), report.ignored(), warnings));
    }

    /// A head on the encoder of another one, if that computes the same because both have the same
    /// adapter: heads that trained together. Then one pass is enough for both.
    ///
    /// @param others heads on the same encoder, which may have adapters
    public static TaskModel sharing(TaskModel model, Collection<TaskModel> others) {
        return others.stream()
                .map(TaskModel::encoder)
                .filter(encoder -> LoraModel.sameAdapters(encoder, model.encoder()))
                .findFirst()
                .map(
                        encoder ->
                                new TaskModel(
                                        model.task(),
                                        encoder.withConfig(model.config()),
                                        model.head()))
                .orElse(model);
    }

    /// The configuration of an encoder by itself, without the labels of a head that it may have.
    public static XlmRobertaConfig encoderConfig(XlmRobertaConfig config) {
        ObjectNode json = config.json();
        FIELDS.forEach(json::remove);
        return XlmRobertaConfig.parse("config.json", JsonDocument.format(json));
    }

    private static XlmRobertaConfig config(Path file, ObjectNode json, XlmRobertaConfig encoder) {
        if (!(json.get("config") instanceof ObjectNode own)) {
            throw new CheckpointException(
                    file.toString(), "has no object \"config\" with the labels of the head");
        }
        ObjectNode config = encoder.json();
        for (String field : FIELDS) {
            JsonNode value = own.get(field);
            config.remove(field);
            if (value != null) {
                config.set(field, value);
            }
        }
        return XlmRobertaConfig.parse(file.toString(), JsonDocument.format(config));
    }

    private static boolean isAdapter(Parameter parameter) {
        return LoraModel.isAdapter(parameter.name());
    }
}
