package xlmr.cli;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import xlmr.backend.Backend;
import xlmr.model.NamedHead;
import xlmr.model.PeftAdapter;
import xlmr.model.Task;
import xlmr.model.XlmRobertaConfig;
import xlmr.pipeline.NamedHeads;
import xlmr.pipeline.TextClassifier;

/// A classifier to be used: `--model`, and at which length texts are cut.
final class ClassifierOption {
    @Mixin private ModelOption model;

    @Option(
            names = "--max-length",
            paramLabel = "N",
            description =
                    "Cut texts to N tokens, <s> and </s> included. Default: as many as the model"
                            + " has positions.")
    private int maxLength;

    @Option(
            names = "--adapter",
            paramLabel = "DIR",
            description =
                    "A LoRA adapter in PEFT's files (adapter_config.json), which was trained on"
                            + " --model and is merged into it when it is read.")
    private @Nullable Path adapter;

    @Option(
            names = "--head-name",
            split = ",",
            paramLabel = "NAME",
            description =
                    "The head, or for predict several, that train --head-name has put beside the"
                            + " encoder in --model: topic, or topic,sentiment.")
    private List<String> headNames = List.of();

    /// As if `--model` and `--max-length` had been these.
    static ClassifierOption named(String model, int maxLength) {
        ClassifierOption option = new ClassifierOption();
        option.model = ModelOption.named(model);
        option.maxLength = maxLength;
        return option;
    }

    /// Names of the heads beside the encoder that are to answer; none for the model's own.
    List<String> headNames() {
        return headNames;
    }

    /// What the model is used for, with its adapter if there is one.
    Task task(Streams streams, TaskOption option) {
        Path directory = model.directory(streams);
        if (!headNames.isEmpty()) {
            if (adapter != null) {
                throw new CommandException(
                        "--adapter: not with --head-name; a head brings its own adapter");
            }
            return headTask(directory);
        }
        if (adapter == null) {
            return option.forUse(directory);
        }
        XlmRobertaConfig base = XlmRobertaConfig.read(directory.resolve("config.json"));
        Task own = PeftAdapter.open(adapter).task(base).orElse(Task.SEQUENCE_CLASSIFICATION);
        Task task = option.named().orElse(own);
        if (task != own) {
            throw new CommandException(
                    "--adapter %s is for %s, found --task %s"
                            .formatted(adapter, own.word(), task.word()));
        }
        if (task == Task.MASKED_LM || task == Task.CAUSAL_LM) {
            throw new CommandException(
                    "--adapter %s is for %s; language models are not read with adapters"
                            .formatted(adapter, task.word()));
        }
        return task;
    }

    /// What the named heads are for. Several answer together only where they classify texts.
    private Task headTask(Path directory) {
        Task task = Task.SEQUENCE_CLASSIFICATION;
        for (String name : headNames) {
            task = NamedHead.task(directory, name);
            if (headNames.size() > 1 && task != Task.SEQUENCE_CLASSIFICATION) {
                throw new CommandException(
                        "--head-name %s: a head of %s answers by itself, not with others"
                                .formatted(name, task.word()));
            }
        }
        return task;
    }

    /// How a command is called that leaves its work to the runner of a task.
    ///
    /// @param json whether the results are for a script
    TaskRunner.Call call(
            Streams streams, Backend backend, boolean json, CalibrationOption calibration) {
        return new TaskRunner.Call(
                streams,
                model.directory(streams),
                adapter,
                headNames.isEmpty() ? null : onlyHead(),
                maxLength,
                backend,
                json,
                calibration);
    }

    /// The model's directory.
    Path directory(Streams streams) {
        return model.directory(streams);
    }

    /// The directory of the weights that decide: the adapter's or the named head's, if there is
    /// one.
    Path home(Streams streams) {
        if (!headNames.isEmpty()) {
            return NamedHead.place(model.directory(streams), onlyHead());
        }
        return adapter == null ? model.directory(streams) : adapter;
    }

    /// Whether a directory is the user's own to write to: not the embedded model's, and not one of
    /// the Hub's cache.
    boolean isOwnDirectory(Path directory) {
        return adapter != null || !headNames.isEmpty() || model.isNamedDirectory(directory);
    }

    /// What to call it in a report.
    String name() {
        return adapter == null ? model.name() : ShortName.of(adapter);
    }

    /// Most tokens of a text; 0 for as many as the model has positions.
    int maxLength() {
        return maxLength;
    }

    /// Opens the classifier. One whose head was never trained would answer at random, so it is
    /// refused.
    TextClassifier open(Streams streams, Backend backend) {
        Path directory = model.directory(streams);
        if (!headNames.isEmpty()) {
            return openHeads(streams, backend).classifier(onlyHead());
        }
        TextClassifier classifier =
                adapter == null
                        ? TextClassifier.load(directory, backend, maxLength)
                        : TextClassifier.loadAdapted(directory, adapter, backend, maxLength);
        if (adapter == null && !classifier.report().isComplete()) {
            offerHeads(directory);
        }
        TrainedHead.require(
                classifier.report(),
                model.given() ? directory : "the embedded model",
                Task.SEQUENCE_CLASSIFICATION);
        return classifier;
    }

    /// Says which heads an encoder without one of its own has beside it.
    private static void offerHeads(Path directory) {
        List<String> names = NamedHead.names(directory);
        if (!names.isEmpty()) {
            throw new CommandException(
                    "%s: an encoder with heads beside it; say which is to answer: --head-name %s"
                            .formatted(directory, String.join(",", names)));
        }
    }

    /// Opens all the heads that were named, on one encoder, each with its calibration.
    NamedHeads openHeads(Streams streams, Backend backend, CalibrationOption calibration) {
        Path directory = model.directory(streams);
        NamedHeads heads = openHeads(streams, backend);
        for (String name : headNames) {
            TextClassifier classifier =
                    calibration.over(
                            streams, heads.classifier(name), NamedHead.place(directory, name));
            heads = heads.with(name, classifier);
        }
        return heads;
    }

    private NamedHeads openHeads(Streams streams, Backend backend) {
        NamedHeads heads = NamedHeads.load(model.directory(streams), headNames, backend, maxLength);
        heads.warnings().forEach(streams::warn);
        return heads;
    }

    private String onlyHead() {
        if (headNames.size() > 1) {
            throw new CommandException(
                    "--head-name %s: one head at a time; only predict answers with several"
                            .formatted(String.join(",", headNames)));
        }
        return headNames.getFirst();
    }
}
