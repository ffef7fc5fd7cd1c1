package xlmr.pipeline;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.IntConsumer;
import xlmr.backend.Backend;
import xlmr.data.DataException;
import xlmr.data.Example;
import xlmr.data.LabelSet;
import xlmr.eval.ProbeReport;
import xlmr.model.Pooling;
import xlmr.train.LinearProbe;

/// Which layer's features tell the labels best: a linear head is trained on the frozen features of
/// every layer, which are computed once, all layers in one pass.
///
/// ```java
/// try (Backend backend = Backends.create(2).backend()) {
///     ProbeReport report = LayerProbing.of(Path.of("xlm-roberta-base"))
///             .run(training, validation, backend, done -> {});
///     System.out.println(report.text());
/// }
/// ```
///
/// @param model directory of the model
/// @param layers as [FeatureExtraction#withLayers] takes them; none for all
/// @param pooling of the tokens of a text
/// @param settings of the heads
/// @param maxLength tokens of the longest text; 0 for as many as the directory says or the model
///   has positions
public record LayerProbing(
        Path model,
        List<Integer> layers,
        Pooling pooling,
        LinearProbe.Settings settings,
        int maxLength) {
    public LayerProbing {
        layers = List.copyOf(layers);
    }

    /// All layers, the mean over the tokens, default settings.
    public static LayerProbing of(Path model) {
        return new LayerProbing(model, List.of(), Pooling.MEAN, LinearProbe.Settings.defaults(), 0);
    }

    /// The same with another pooling.
    public LayerProbing withPooling(Pooling value) {
        return new LayerProbing(model, layers, value, settings, maxLength);
    }

    /// The same with these layers only.
    public LayerProbing withLayers(List<Integer> value) {
        return new LayerProbing(model, value, pooling, settings, maxLength);
    }

    /// The same with other settings of the heads.
    public LayerProbing withSettings(LinearProbe.Settings value) {
        return new LayerProbing(model, layers, pooling, value, maxLength);
    }

    /// The same with texts cut at another length.
    public LayerProbing withMaxLength(int value) {
        return new LayerProbing(model, layers, pooling, settings, value);
    }

    /// Trains a head a layer on `training` and judges it on `validation`; each text, or pair of
    /// texts, has one label. The same seed gives the same bits.
    ///
    /// @param progress is told the number of texts whose features are done, of both sets together
    /// @throws DataException if there is no validation text, or a label of it does not occur in
    ///   training
    /// @throws IllegalArgumentException if the features would not fit in memory
    public ProbeReport run(
            List<Example> training,
            List<Example> validation,
            Backend backend,
            IntConsumer progress) {
        if (validation.isEmpty()) {
            throw new DataException("probe: expected validation texts to judge by, found none");
        }
        LabelSet labels = LabelSet.fromExamples(training);
        int[] known = labels.idsOf(training);
        int[] judged = labels.idsOf(validation);
        FeatureExtraction extraction = extraction(backend);
        requireMemory(training.size() + (long) validation.size(), extraction);
        int[] done = {0};
        Runnable counted = () -> progress.accept(++done[0]);
        Map<Integer, float[][]> learned = features(extraction, training, counted);
        Map<Integer, float[][]> held = features(extraction, validation, counted);
        SortedMap<Integer, float[][]> logits = new TreeMap<>();
        learned.forEach(
                (layer, vectors) -> {
                    LinearProbe probe =
                            LinearProbe.fit(backend, vectors, known, labels.size(), settings);
                    float[][] own = held.get(layer);
                    assert own != null : layer;
                    logits.put(layer, probe.logits(own));
                });
        return ProbeReport.of(
                training.size(), logits, judged, labels.names(), extraction.lastLayer());
    }

    private FeatureExtraction extraction(Backend backend) {
        FeatureExtraction loaded = FeatureExtraction.load(model, backend);
        FeatureExtraction read =
                layers.isEmpty()
                        ? loaded.withAllLayers()
                        : loaded.withLayers(layers.stream().mapToInt(layer -> layer).toArray());
        FeatureExtraction pooled =
                read.withPooling(
                        switch (pooling) {
                            case CLS -> FeaturePooling.CLS;
                            case MEAN -> FeaturePooling.MEAN;
                            case MAX -> FeaturePooling.MAX;
                        });
        return maxLength <= 0 ? pooled : pooled.withMaxLength(maxLength);
    }

    private static void requireMemory(long texts, FeatureExtraction extraction) {
        long needed = texts * extraction.layers().size() * extraction.columns() * Float.BYTES;
        long room = Runtime.getRuntime().maxMemory() / 2;
        if (needed > room) {
            throw new IllegalArgumentException(
                    ("probe: the features of %d texts in %d layers need %d MB of memory, there is"
                                    + " room for %d MB; take fewer texts or layers, or more memory")
                            .formatted(
                                    texts, extraction.layers().size(), needed >> 20, room >> 20));
        }
    }

    /// `[M][C]` by layer.
    private static Map<Integer, float[][]> features(
            FeatureExtraction extraction, List<Example> examples, Runnable counted) {
        Map<Integer, List<float[]>> rows = new TreeMap<>();
        extraction.layers().forEach(layer -> rows.put(layer, new ArrayList<>()));
        extraction.extract(
                examples.iterator(),
                one -> {
                    one.features()
                            .layers()
                            .forEach(
                                    (layer, vector) ->
                                            rows.computeIfAbsent(layer, made -> new ArrayList<>())
                                                    .add(vector));
                    counted.run();
                });
        Map<Integer, float[][]> features = new TreeMap<>();
        rows.forEach((layer, vectors) -> features.put(layer, vectors.toArray(float[][]::new)));
        return features;
    }
}
