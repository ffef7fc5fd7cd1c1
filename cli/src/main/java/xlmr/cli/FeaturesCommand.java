package xlmr.cli;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import xlmr.backend.Backend;
import xlmr.data.Example;
import xlmr.pipeline.FeatureExtraction;
import xlmr.pipeline.FeatureFile;
import xlmr.pipeline.FeatureJson;
import xlmr.pipeline.FeaturePooling;

/// Writes what a model computes before its logits.
@Command(
        name = "features",
        description = {
            "Write the outputs of any layer as vectors: hidden states, the vectors right before the"
                    + " logits, attentions.",
            "",
            "Layer 0 is the output of the embeddings, 1 the first encoder layer, -1 the last. What"
                    + " a classification head reads is --layers -1 --pool cls, the hidden state of <s>."
                    + " The head then computes dense and tanh; the result, which its last linear layer"
                    + " turns into logits, is --pool head."
        },
        footer = {
            "",
            "A .npz or .safetensors file holds an array for each layer (layer_0, layer_6, ...) or"
                    + " head; with --pool tokens these are [tokens, C], and starts, ids, sequence and"
                    + " offsets say whose tokens they are. Attentions are attention_I, flat, and"
                    + " attention_starts. In numpy:",
            "",
            "  z = numpy.load(\"FILE.npz\"); s = z[\"starts\"]",
            "  tokens_of_text_3 = z[\"layer_6\"][s[3]:s[4]]",
            "",
            "Without --output each text is one JSON line.",
            "",
            "Examples:",
            "  xlmr features --model DIR --input texts.txt --layers 0,6,-1 --pool mean --output"
                    + " features.npz",
            "  xlmr features --model DIR --pool head --input texts.txt --output before-logits.npy",
            "  xlmr features --model DIR --layers all --pool tokens --attentions \"Wie spät ist"
                    + " es?\""
        })
final class FeaturesCommand implements Runnable {
    private final Streams streams;
    private long texts;
    private long truncated;

    @Mixin private ModelOption model;
    @Mixin private TextInput input;

    @Option(
            names = "--layers",
            paramLabel = "LIST|all",
            description =
                    "Whose hidden states, as in 0,6,-1: 0 is the output of the embeddings, -1 the"
                            + " last layer. Default: -1.")
    private @Nullable String layers;

    @Option(
            names = "--pool",
            paramLabel = "cls|mean|max|tokens|head",
            description =
                    "Which vectors of a text: that of <s>, the mean or the largest of all tokens,"
                            + " one a token, or those that the head's last linear layer reads."
                            + " Default: cls.")
    private FeaturePooling pooling = FeaturePooling.CLS;

    @Option(
            names = "--attentions",
            description =
                    "Also the attention probabilities inside these layers: [H, T, T] of each text.")
    private boolean attentions;

    @Option(
            names = "--max-length",
            paramLabel = "N",
            description =
                    "Cut texts to N tokens, <s> and </s> included. Default: what the directory"
                            + " says, at most as many as the model has positions.")
    private @Nullable Integer maxLength;

    @Option(
            names = "--output",
            paramLabel = "FILE",
            description =
                    "Write there, by the ending of the name: .npz or .safetensors for any arrays,"
                            + " .npy for one matrix [texts, C], .jsonl for JSON Lines. The file"
                            + " appears when all is done.")
    private @Nullable Path output;

    @Mixin private ComputeOptions compute;

    FeaturesCommand(Streams streams) {
        this.streams = streams;
    }

    @Override
    public void run() {
        if (pooling == FeaturePooling.HEAD && layers != null && !attentions) {
            throw new CommandException(
                    "--pool head reads the last layer; leave --layers out, or take --pool cls for"
                            + " hidden states");
        }
        if (output != null) {
            FeatureFile.of(output);
        }
        try (Backend backend = compute.open(streams);
                TextInput.Texts source = input.open(streams, false)) {
            FeatureExtraction extraction =
                    extraction(FeatureExtraction.load(model.directory(streams), backend));
            if (output == null) {
                print(extraction, source.remaining());
            } else {
                write(output, extraction, source.remaining());
            }
            if (truncated > 0) {
                streams.warn(
                        "%d of %d texts are longer than %d tokens and were cut"
                                .formatted(truncated, texts, extraction.maxLength()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private FeatureExtraction extraction(FeatureExtraction loaded) {
        FeatureExtraction extraction = loaded;
        if (layers != null) {
            extraction =
                    layers.equals("all")
                            ? extraction.withAllLayers()
                            : extraction.withLayers(LayerList.parse("--layers", layers));
        }
        if (maxLength != null) {
            extraction = extraction.withMaxLength(maxLength);
        }
        return extraction.withPooling(pooling).withAttentions(attentions);
    }

    private void print(FeatureExtraction extraction, Iterator<Example> source) throws IOException {
        // At a terminal a line is answered at once; else texts are taken many at a time.
        boolean typed = input.isStandardInput() && streams.outIsTerminal();
        OutputStream bytes = new BufferedOutputStream(streams.out(), 1 << 16);
        while (source.hasNext()) {
            Iterator<Example> next = typed ? List.of(source.next()).iterator() : source;
            extraction.extract(
                    next,
                    one -> {
                        count(one);
                        FeatureJson.writeLine(one, bytes);
                    });
            bytes.flush();
        }
    }

    private void write(Path file, FeatureExtraction extraction, Iterator<Example> source) {
        try (Progress progress = Progress.counting(streams, "features")) {
            FeatureFile.write(
                    file,
                    extraction,
                    source,
                    one -> {
                        count(one);
                        progress.to(texts);
                    });
            streams.out().printf("features of %d texts in %s%n", texts, file);
        }
    }

    private void count(FeatureExtraction.Extracted one) {
        texts++;
        truncated += one.features().encoding().isTruncated() ? 1 : 0;
    }
}
