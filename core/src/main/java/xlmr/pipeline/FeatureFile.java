package xlmr.pipeline;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import xlmr.checkpoint.AtomicFile;
import xlmr.checkpoint.NpyFile;
import xlmr.data.Example;

/// Features of any number of texts in one file, which appears when all is done. The format follows
/// the name's ending.
public enum FeatureFile {
    /// One matrix `[texts, C]`, for `numpy.load`.
    NPY,
    /// Several arrays, for `numpy.load`: see [FeatureArrays].
    NPZ,
    /// The same arrays, for the safetensors library.
    SAFETENSORS,
    /// A JSON object a line: see [FeatureJson].
    JSONL;

    /// The format of a file's name.
    ///
    /// @throws IllegalArgumentException if the name ends in none of them
    public static FeatureFile of(Path file) {
        String name = file.toString().toLowerCase(Locale.ROOT);
        return Arrays.stream(values())
                .filter(format -> name.endsWith(format.ending()))
                .findFirst()
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "features: %s; expected a name that ends in one of %s"
                                                .formatted(
                                                        file,
                                                        Arrays.stream(values())
                                                                .map(FeatureFile::ending)
                                                                .collect(
                                                                        Collectors.joining(
                                                                                ", ")))));
    }

    private String ending() {
        return "." + name().toLowerCase(Locale.ROOT);
    }

    /// Refuses what the format has no place for.
    ///
    /// @throws IllegalArgumentException if one matrix is not enough
    public void check(FeatureExtraction extraction) {
        if (this != NPY) {
            return;
        }
        String problem = null;
        if (extraction.attentions()) {
            problem = "attentions";
        } else if (extraction.pooling() != FeaturePooling.HEAD && extraction.layers().size() > 1) {
            problem = "layers " + extraction.layers();
        } else if (extraction.vectorsAreOfTokens()) {
            problem = "a vector for each token";
        }
        if (problem != null) {
            throw new IllegalArgumentException(
                    "features: a .npy file holds one matrix, a row for each text, found %s; take .npz"
                            .formatted(problem));
        }
    }

    /// Extracts features and writes them.
    ///
    /// @param observer is shown each text when it is done
    /// @return the number of texts
    /// @throws IllegalArgumentException as [#check]
    /// @throws xlmr.checkpoint.CheckpointException if the file cannot be written; an earlier one is
    ///   then as it was
    public static long write(
            Path file,
            FeatureExtraction extraction,
            Iterator<Example> texts,
            Consumer<FeatureExtraction.Extracted> observer) {
        FeatureFile format = of(file);
        format.check(extraction);
        long[] done = {0};
        Consumer<FeatureExtraction.Extracted> count =
                one -> {
                    done[0]++;
                    observer.accept(one);
                };
        switch (format) {
            case NPY ->
                    NpyFile.write(
                            file,
                            extraction.columns(),
                            rows ->
                                    extraction.extract(
                                            texts,
                                            one -> {
                                                row(rows, one.features());
                                                count.accept(one);
                                            }));
            case JSONL ->
                    AtomicFile.write(
                            file,
                            channel -> {
                                OutputStream bytes =
                                        new BufferedOutputStream(
                                                Channels.newOutputStream(channel), 1 << 16);
                                extraction.extract(
                                        texts,
                                        one -> {
                                            FeatureJson.writeLine(one, bytes);
                                            count.accept(one);
                                        });
                                bytes.flush();
                            });
            case NPZ, SAFETENSORS -> {
                try (FeatureArrays arrays = new FeatureArrays(file, extraction)) {
                    extraction.extract(
                            texts,
                            one -> {
                                arrays.add(one.features());
                                count.accept(one);
                            });
                    arrays.write(format == NPZ);
                }
            }
        }
        return done[0];
    }

    private static void row(NpyFile.RowWriter rows, Features features) {
        try {
            rows.row(features.vector());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
