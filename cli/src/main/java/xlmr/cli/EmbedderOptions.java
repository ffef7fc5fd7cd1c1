package xlmr.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import xlmr.backend.Backend;
import xlmr.model.LayerMix;
import xlmr.model.Pooling;
import xlmr.pipeline.SentenceEmbedder;

/// How texts become vectors, the same for every command that compares or writes them.
final class EmbedderOptions {
    /// Pooling by the names that users type.
    enum Mode {
        CLS(Pooling.CLS),
        MEAN(Pooling.MEAN),
        MAX(Pooling.MAX);

        private final Pooling pooling;

        Mode(Pooling pooling) {
            this.pooling = pooling;
        }
    }

    @Mixin private ModelOption model;

    @Option(
            names = "--pooling",
            paramLabel = "cls|mean|max",
            description =
                    "How the tokens' vectors become one: that of <s>, their mean, or the largest in"
                            + " each dimension. Default: what a sentence-transformers directory says,"
                            + " else mean.")
    private @Nullable Mode pooling;

    @Option(
            names = "--normalize",
            negatable = true,
            description =
                    "Scale vectors to length 1, or leave them as they are. Default: what the"
                            + " directory says, else as they are.")
    private @Nullable Boolean normalize;

    @Option(
            names = "--layers",
            paramLabel = "LIST",
            description =
                    "Mean over several layers, with weights if you like: 0,-1 or 0:1,6:0.5,12:2. 0"
                            + " is the output of the embeddings, -1 the last layer. Default: the last"
                            + " layer alone.")
    private @Nullable String layers;

    @Option(
            names = "--max-length",
            paramLabel = "N",
            description =
                    "Cut texts to N tokens, <s> and </s> included. Default: what the directory"
                            + " says, at most as many as the model has positions.")
    private @Nullable Integer maxLength;

    @Option(
            names = "--windows",
            description =
                    "Read longer texts in windows of that length instead of cutting them, and take"
                            + " the mean of the windows' vectors.")
    private boolean windows;

    @Option(
            names = "--overlap",
            paramLabel = "N",
            description = "Tokens that a window repeats of the one before it. Default: 0.")
    private @Nullable Integer overlap;

    /// Opens the embedder, and says so where the pooling had to be assumed.
    SentenceEmbedder open(Backend backend, Streams streams) {
        if (overlap != null && (!windows || overlap < 0)) {
            throw new CommandException(
                    windows
                            ? "--overlap: expected at least 0, found " + overlap
                            : "--overlap is for --windows; give both");
        }
        LayerMix mix = layers == null ? LayerMix.LAST : LayerMix.parse(layers);
        SentenceEmbedder embedder = SentenceEmbedder.load(model.directory(streams), backend);
        if (!embedder.settingsAreStated() && pooling == null) {
            streams.warn(
                    "the model does not say how to pool: taking the mean over all tokens (--pooling"
                            + " takes another)");
        }
        if (pooling != null) {
            embedder = embedder.withPooling(pooling.pooling);
        }
        if (normalize != null) {
            embedder = embedder.withNormalize(normalize);
        }
        if (maxLength != null) {
            embedder = embedder.withMaxLength(maxLength);
        }
        if (windows) {
            embedder = embedder.withWindows(overlap == null ? 0 : overlap);
        }
        return embedder.withLayers(mix);
    }
}
