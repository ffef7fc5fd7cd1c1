package xlmr.report;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import xlmr.checkpoint.AtomicFile;
import xlmr.checkpoint.CheckpointException;
import xlmr.checkpoint.JsonDocument;
import xlmr.model.HeadSpec;
import xlmr.model.XlmRobertaConfig;

/// Writes what a run leaves beside its model: `report.html` for people, the model card `README.md`,
/// and for programs that know Hugging Face's `Trainer` its `all_results.json`,
/// `train_results.json`, `eval_results.json` and `trainer_state.json`.
public final class RunFiles {
    private static final String CARD = "README.md";
    private static final String PAGE = "report.html";

    /// The mark of our own cards comes early.
    private static final int CARD_READ = 1 << 20;

    private RunFiles() {}

    /// Writes all of them but the page. Files of an earlier run are replaced; a card that a person
    /// wrote or made their own is not.
    ///
    /// @param directory of the model
    /// @return whether the card was written
    public static boolean write(RunSummary run, Path directory) {
        HuggingFaceResults results = new HuggingFaceResults(run);
        JsonDocument.write(directory.resolve("train_results.json"), results.training());
        ObjectNode evaluation = results.evaluation();
        if (!evaluation.isEmpty()) {
            JsonDocument.write(directory.resolve("eval_results.json"), evaluation);
        } else {
            delete(directory.resolve("eval_results.json"));
        }
        JsonDocument.write(directory.resolve("all_results.json"), results.all());
        JsonDocument.write(directory.resolve("trainer_state.json"), results.state());
        Path card = directory.resolve(CARD);
        boolean free = !Files.exists(card) || holdsMark(card);
        if (free) {
            write(card, card(run, directory));
        }
        return free;
    }

    /// Writes `report.html`. It quotes the worst errors, so that it holds texts of the validation
    /// data.
    ///
    /// @return the file
    public static Path writePage(RunSummary run, Path directory) {
        Path file = directory.resolve(PAGE);
        write(file, TrainingPage.html(run));
        return file;
    }

    /// Deletes the page of an earlier run, if there is one: it would be taken for that of the last.
    public static void deletePage(Path directory) {
        delete(directory.resolve(PAGE));
    }

    /// Replaces a file by a text.
    public static void write(Path file, String text) {
        ByteBuffer bytes = StandardCharsets.UTF_8.encode(text);
        AtomicFile.write(
                file,
                channel -> {
                    while (bytes.hasRemaining()) {
                        channel.write(bytes);
                    }
                });
    }

    private static String card(RunSummary run, Path directory) {
        Path file = directory.resolve("config.json");
        if (!Files.exists(file)) {
            boolean adapter = Files.exists(directory.resolve("adapter_config.json"));
            return ModelCard.of(
                    run, adapter ? ModelCard.Form.ADAPTER : ModelCard.Form.HEAD, "multilingual");
        }
        XlmRobertaConfig config = XlmRobertaConfig.read(file);
        return ModelCard.of(
                run,
                HeadSpec.of(config) instanceof HeadSpec.Reference
                        ? ModelCard.Form.MODEL
                        : ModelCard.Form.OWN_HEAD,
                config.modelType().equals("camembert") ? "fr" : "multilingual");
    }

    private static boolean holdsMark(Path card) {
        try (InputStream file = Files.newInputStream(card)) {
            return new String(file.readNBytes(CARD_READ), StandardCharsets.UTF_8)
                    .contains(ModelCard.MARK);
        } catch (IOException e) {
            throw CheckpointException.of(card, e);
        }
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw CheckpointException.of(file, e);
        }
    }
}
