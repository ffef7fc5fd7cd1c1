package xlmr.pipeline;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;
import xlmr.autograd.Ops;
import xlmr.autograd.Workspace;
import xlmr.backend.Backend;
import xlmr.checkpoint.CheckpointException;
import xlmr.checkpoint.LoadReport;
import xlmr.model.KeyValueCache;
import xlmr.model.LayerObserver;
import xlmr.model.LoadedModel;
import xlmr.model.ModelLoader;
import xlmr.model.Task;
import xlmr.model.TaskModel;
import xlmr.tensor.Tensor;
import xlmr.tokenizer.Encoding;
import xlmr.tokenizer.EncodingOptions;
import xlmr.tokenizer.XlmRobertaTokenizer;

/// Writes on from a text, token by token, with a causal language model. Immutable; one generator
/// serves many threads.
public final class TextGenerator {
    private final Backend backend;
    private final TaskModel model;
    private final XlmRobertaTokenizer tokenizer;
    private final LoadReport report;

    private TextGenerator(
            Backend backend, LoadedModel<TaskModel> loaded, XlmRobertaTokenizer tokenizer) {
        this.backend = backend;
        this.model = loaded.model();
        this.report = loaded.report();
        this.tokenizer = tokenizer;
    }

    /// A text that was written.
    ///
    /// @param prompt as given
    /// @param continuation what was added to it
    /// @param ids of the added tokens, without `</s>`
    /// @param finished whether it ended by itself, with `</s>`, and not at a limit
    public record Generated(
            String prompt, String continuation, List<Integer> ids, boolean finished) {
        /// Copies the list.
        public Generated {
            ids = List.copyOf(ids);
        }
    }

    /// Opens a model directory.
    ///
    /// @throws CheckpointException if the model is not causal: its `config.json` has to say
    ///   `is_decoder`
    public static TextGenerator load(Path directory, Backend backend) {
        LoadedModel<TaskModel> loaded =
                ModelLoader.task(Task.CAUSAL_LM, directory, null, ModelLoader.FROZEN, 0);
        if (!loaded.model().config().isDecoder()) {
            throw new CheckpointException(
                    directory.toString(),
                    "is not a causal language model (is_decoder is false in its config.json)",
                    "train one with `train --task causal-lm`");
        }
        return new TextGenerator(backend, loaded, XlmRobertaTokenizer.load(directory));
    }

    /// What became of the checkpoint's arrays: a head reported as new writes at random.
    public LoadReport report() {
        return report;
    }

    /// Writes on from `prompt`, which may be empty.
    ///
    /// @param progress is told the number of tokens written
    /// @throws IllegalArgumentException if the prompt leaves no position for a token
    public Generated generate(String prompt, GenerationOptions options, IntConsumer progress) {
        Encoding encoding = tokenizer.encode(prompt, EncodingOptions.defaults());
        // Without </s>, after which there is nothing to write.
        int[] ids = Arrays.copyOf(encoding.ids(), encoding.length() - 1);
        int room = model.config().maxTokens() - ids.length;
        if (room < 1) {
            throw new IllegalArgumentException(
                    "generate: the prompt has %d tokens, and the model has %d positions; shorten it"
                            .formatted(ids.length, model.config().maxTokens()));
        }
        int most = Math.min(options.maxNewTokens(), room);
        KeyValueCache cache = new KeyValueCache(backend, model.config(), ids.length + most);
        Workspace workspace = new Workspace(backend);
        TokenSampler sampler = new TokenSampler(options);
        List<Integer> written = new ArrayList<>();
        boolean finished = false;
        int[] next = ids;
        while (written.size() < most && !finished) {
            int token = sampler.next(logits(cache, workspace, next));
            finished = token == tokenizer.eosId();
            if (!finished) {
                written.add(token);
                next = new int[] {token};
                progress.accept(written.size());
            }
        }
        String continuation = continuation(ids, written);
        return new Generated(prompt, continuation, written, finished);
    }

    /// Logits of the token that follows. `[V]`
    private float[] logits(KeyValueCache cache, Workspace workspace, int[] ids) {
        Ops ops = Ops.inference(backend, workspace);
        Tensor hidden =
                model.encoder()
                        .forward(ops, cache.next(ids), null, cache, LayerObserver.NONE); // [T, C]
        Tensor last = ops.selectRows(hidden, new int[] {ids.length - 1}); // [1, C]
        float[] logits = model.head().logits(ops, last).toArray();
        workspace.reset();
        return logits;
    }

    /// What the new tokens add to the text of the old ones: pieces decode differently at the start.
    private String continuation(int[] prompt, List<Integer> written) {
        int[] all = Arrays.copyOf(prompt, prompt.length + written.size());
        for (int i = 0; i < written.size(); i++) {
            all[prompt.length + i] = written.get(i);
        }
        String before = tokenizer.decode(prompt, true);
        String after = tokenizer.decode(all, true);
        return after.startsWith(before) ? after.substring(before.length()) : after;
    }
}
