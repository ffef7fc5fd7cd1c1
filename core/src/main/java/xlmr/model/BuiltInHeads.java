package xlmr.model;

import java.util.ArrayList;
import java.util.List;
import xlmr.backend.SegmentReduction;
import xlmr.nn.AttentionPooling;
import xlmr.nn.Convolution;
import xlmr.nn.Dense;
import xlmr.nn.FinalStates;
import xlmr.nn.Linear;
import xlmr.nn.Recurrent;
import xlmr.nn.SegmentPooling;
import xlmr.nn.SequenceLayer;

/// Builds the heads of [HeadSpec] that are layers and a projection. New matrices are drawn as
/// PyTorch draws them: those of recurrent layers evenly between ±1/√H, others from N(0, initializer
/// range²).
final class BuiltInHeads {
    private final HeadContext context;
    private final HeadWeights weights;
    private final List<SequenceLayer> layers = new ArrayList<>();
    private int columns;

    private BuiltInHeads(HeadContext context, HeadWeights weights) {
        this.context = context;
        this.weights = weights;
        this.columns = context.hiddenSize();
    }

    static Head perceptron(HeadSpec.Perceptron spec, HeadContext context, HeadWeights weights) {
        BuiltInHeads parts = new BuiltInHeads(context, weights);
        for (int i = 0; i < spec.sizes().size(); i++) {
            int size = spec.sizes().get(i);
            Linear linear = weights.linear("dense." + i, size, parts.columns);
            parts.layers.add(new Dense(linear, spec.activation(), context.dropout()));
            parts.columns = size;
        }
        return parts.head(!context.everyToken());
    }

    static Head recurrent(
            HeadSpec.RecurrentNetwork spec, HeadContext context, HeadWeights weights) {
        BuiltInHeads parts = new BuiltInHeads(context, weights);
        String name = HeadText.lower(spec.cell());
        HeadWeights.Initial initial = HeadWeights.Initial.uniform(1 / Math.sqrt(spec.hidden()));
        for (int layer = 0; layer < spec.layers(); layer++) {
            parts.layers.add(
                    Recurrent.of(
                            spec.cell(),
                            parts.columns,
                            spec.hidden(),
                            layer,
                            spec.both(),
                            context.dropout(),
                            (part, suffix, out, in) ->
                                    new Linear(
                                            weights.parameter(
                                                    name + ".weight_" + part + suffix,
                                                    initial,
                                                    out,
                                                    in),
                                            weights.parameter(
                                                    name + ".bias_" + part + suffix,
                                                    initial,
                                                    out))));
            parts.columns = spec.both() ? 2 * spec.hidden() : spec.hidden();
        }
        if (!context.everyToken()) {
            parts.layers.add(
                    switch (spec.summary()) {
                        case LAST -> new FinalStates(spec.both());
                        case MEAN -> new SegmentPooling(SegmentReduction.MEAN);
                        case MAX -> new SegmentPooling(SegmentReduction.MAX);
                    });
        }
        return parts.head(false);
    }

    static Head convolutions(HeadSpec.Convolutions spec, HeadContext context, HeadWeights weights) {
        BuiltInHeads parts = new BuiltInHeads(context, weights);
        List<Linear> filters = new ArrayList<>();
        List<Integer> widths = new ArrayList<>();
        int channels = 0;
        for (HeadSpec.Convolutions.Filter filter : spec.filters()) {
            filters.add(
                    weights.linear(
                            "convolution." + filters.size(),
                            filter.channels(),
                            filter.width() * parts.columns));
            widths.add(filter.width());
            channels += filter.channels();
        }
        parts.layers.add(new Convolution(filters, widths, context.dropout()));
        parts.columns = channels;
        if (!context.everyToken()) {
            parts.layers.add(new SegmentPooling(SegmentReduction.MAX));
        }
        return parts.head(false);
    }

    /// @throws IllegalArgumentException where every token needs a row of its own
    static Head pooled(HeadSpec.Pooled spec, HeadContext context, HeadWeights weights) {
        spec.requireFor(context.task());
        BuiltInHeads parts = new BuiltInHeads(context, weights);
        int hidden = parts.columns;
        parts.layers.add(
                switch (spec.kind()) {
                    case MEAN -> new SegmentPooling(SegmentReduction.MEAN);
                    case MAX -> new SegmentPooling(SegmentReduction.MAX);
                    case ATTENTION ->
                            new AttentionPooling(
                                    weights.linear("attention.key", hidden, hidden),
                                    weights.parameter(
                                            "attention.query",
                                            HeadWeights.Initial.normal(weights.initializerRange()),
                                            1,
                                            hidden),
                                    context.dropout());
                });
        return parts.head(false);
    }

    private Head head(boolean firstTokens) {
        return new LayeredHead(
                firstTokens,
                layers,
                weights.linear("projection", context.numLabels(), columns),
                context.dropout());
    }
}
