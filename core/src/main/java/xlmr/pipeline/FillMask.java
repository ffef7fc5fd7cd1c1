package xlmr.pipeline;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import xlmr.autograd.Ops;
import xlmr.autograd.Workspace;
import xlmr.backend.Backend;
import xlmr.checkpoint.LoadReport;
import xlmr.model.LoadedModel;
import xlmr.model.ModelLoader;
import xlmr.model.Task;
import xlmr.model.TaskModel;
import xlmr.tensor.Tensor;
import xlmr.tensor.TokenBatch;
import xlmr.tokenizer.Encoding;
import xlmr.tokenizer.EncodingOptions;
import xlmr.tokenizer.InlineTokens;
import xlmr.tokenizer.XlmRobertaTokenizer;

/// Says what could stand in the place of `<mask>`. Immutable; one serves many threads.
///
/// ```java
/// FillMask fillMask = FillMask.load(Path.of("xlm-roberta-base"), backend);
/// fillMask.fill("Paris is the <mask> of France.", 5);
/// ```
public final class FillMask {
    /// What is written where a piece is to be guessed.
    public static final String MASK = "<mask>";

    private final Backend backend;
    private final TaskModel model;
    private final XlmRobertaTokenizer tokenizer;
    private final LoadReport report;

    private FillMask(
            Backend backend, LoadedModel<TaskModel> loaded, XlmRobertaTokenizer tokenizer) {
        this.backend = backend;
        this.model = loaded.model();
        this.report = loaded.report();
        this.tokenizer = tokenizer;
    }

    /// A piece that could stand there.
    ///
    /// @param id of the piece
    /// @param piece as in the vocabulary, `▁` at the start of a word
    /// @param probability softmax over the whole vocabulary
    /// @param text the whole text with it; other masks stay
    public record Candidate(int id, String piece, double probability, String text) {}

    /// The candidates for one mask.
    ///
    /// @param start of the mask in the text, as a UTF-16 index
    /// @param end of the mask in the text, as a UTF-16 index
    /// @param candidates the most probable first
    public record FilledMask(int start, int end, List<Candidate> candidates) {
        /// Copies the list.
        public FilledMask {
            candidates = List.copyOf(candidates);
        }
    }

    /// Opens a model directory.
    public static FillMask load(Path directory, Backend backend) {
        LoadedModel<TaskModel> loaded =
                ModelLoader.task(Task.MASKED_LM, directory, null, ModelLoader.FROZEN, 0);
        return new FillMask(backend, loaded, XlmRobertaTokenizer.load(directory));
    }

    /// What became of the checkpoint's arrays: a head reported as new guesses at random.
    public LoadReport report() {
        return report;
    }

    /// The most probable pieces for every mask of a text, each mask by itself.
    ///
    /// @param count candidates a mask
    /// @throws IllegalArgumentException if the text has no mask, or is longer than the model
    public List<FilledMask> fill(String text, int count) {
        Encoding encoding =
                tokenizer.encode(
                        text, EncodingOptions.defaults().withInlineTokens(InlineTokens.TOKENS));
        int[] ids = encoding.ids();
        if (ids.length > model.config().maxTokens()) {
            throw new IllegalArgumentException(
                    "fill-mask: the text has %d tokens, and the model has %d positions; shorten it"
                            .formatted(ids.length, model.config().maxTokens()));
        }
        int[] masks = masks(ids);
        if (masks.length == 0) {
            throw new IllegalArgumentException(
                    "fill-mask: no %s in the text; put one where a word is to be guessed"
                            .formatted(MASK));
        }
        Workspace workspace = new Workspace(backend);
        Ops ops = Ops.inference(backend, workspace);
        TokenBatch tokens = TokenBatch.of(List.of(ids), model.config().padTokenId());
        Tensor selected = ops.selectRows(model.features(ops, tokens), masks); // [masks, C]
        Tensor probabilities = ops.softmax(model.head().logits(ops, selected)); // [masks, V]
        float[] values = probabilities.toArray();
        int vocabulary = probabilities.size(1);
        List<FilledMask> filled = new ArrayList<>();
        for (int m = 0; m < masks.length; m++) {
            int at = masks[m];
            List<Candidate> candidates = new ArrayList<>();
            for (int id : best(values, m * vocabulary, vocabulary, count)) {
                candidates.add(
                        new Candidate(
                                id,
                                tokenizer.piece(id),
                                values[m * vocabulary + id],
                                withPiece(ids, at, id)));
            }
            filled.add(maskAt(text, encoding, at, candidates));
        }
        return filled;
    }

    private int[] masks(int[] ids) {
        int[] found = new int[ids.length];
        int count = 0;
        for (int t = 0; t < ids.length; t++) {
            if (ids[t] == tokenizer.maskId()) {
                found[count++] = t;
            }
        }
        return Arrays.copyOf(found, count);
    }

    /// A mask may take the space before it, which is no part of what the user sees.
    private static FilledMask maskAt(
            String text, Encoding encoding, int at, List<Candidate> candidates) {
        int end = encoding.ends()[at];
        int start = encoding.starts()[at];
        while (start < end && Character.isWhitespace(text.charAt(start))) {
            start++;
        }
        return new FilledMask(start, end, candidates);
    }

    /// The text as the reference gives it: all tokens with the candidate in place, decoded.
    private String withPiece(int[] ids, int at, int id) {
        int[] replaced = ids.clone();
        replaced[at] = id;
        boolean others = masks(replaced).length > 0;
        if (!others) {
            return tokenizer.decode(replaced, true);
        }
        // Special tokens would be left out with the other masks: only the ends go.
        int[] inner = Arrays.copyOfRange(replaced, 1, replaced.length - 1);
        return tokenizer.decode(inner, false);
    }

    private static int[] best(float[] values, int from, int count, int wanted) {
        PriorityQueue<Integer> best =
                new PriorityQueue<>(
                        Comparator.<Integer>comparingDouble(id -> values[from + id])
                                .thenComparing(Comparator.reverseOrder()));
        for (int id = 0; id < count; id++) {
            if (best.size() < wanted || values[from + id] > values[from + best.element()]) {
                best.add(id);
                if (best.size() > wanted) {
                    best.remove();
                }
            }
        }
        int[] ordered = new int[best.size()];
        for (int i = ordered.length - 1; i >= 0; i--) {
            ordered[i] = best.remove();
        }
        return ordered;
    }
}
