package xlmr.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import xlmr.eval.EvaluationReport;
import xlmr.train.TrainingHistory;
import xlmr.train.TrainingListener.Step;

/// The curves of a run: loss, scores, learning rate, gradient norm.
final class TrainingCurves {
    private static final int TICKS = 6;

    private final TrainingHistory history;
    private final double clipNorm;
    private final List<Step> steps;
    private final Scale bySteps;
    private final List<Double> epochEnds;

    private TrainingCurves(TrainingHistory history, double clipNorm) {
        this.history = history;
        this.clipNorm = clipNorm;
        this.steps = history.steps();
        long last = steps.isEmpty() ? 1 : steps.getLast().number();
        this.bySteps = Scale.counts(last, TICKS);
        this.epochEnds =
                history.epochs().stream()
                        .map(epoch -> (double) epoch.step())
                        .filter(step -> step < last)
                        .toList();
    }

    /// One figure a curve.
    ///
    /// @param clipNorm largest norm of the gradient; 0 for none
    static List<Element> figures(TrainingHistory history, double clipNorm) {
        TrainingCurves curves = new TrainingCurves(history, clipNorm);
        List<Element> figures = new ArrayList<>();
        figures.add(curves.loss());
        if (history.epochs().stream().anyMatch(epoch -> epoch.result().validation() != null)) {
            figures.add(curves.scores());
        }
        figures.add(curves.learningRate());
        figures.add(curves.gradientNorm());
        return figures;
    }

    private Element loss() {
        List<Point> training = points(Step::loss);
        List<Point> smooth = Curve.smoothed(training);
        List<Point> validation = judged(EvaluationReport::loss, TrainingHistory.JudgedEpoch::step);
        List<Curve> curves = new ArrayList<>();
        curves.add(new Curve("training, each step", Curve.Ink.FAINT, Curve.thinned(training)));
        curves.add(new Curve("training, smoothed", Curve.Ink.ONE, Curve.thinned(smooth)));
        if (!validation.isEmpty()) {
            curves.add(new Curve("validation", Curve.Ink.TWO, validation));
        }
        EvaluationReport last = lastReport();
        if (last != null) {
            Headline.Score guess = Headline.of(last).guessedLoss();
            LineChart.guess(guess.name(), guess.value()).forEach(curves::add);
        }
        double end = smooth.isEmpty() ? Double.NaN : smooth.getLast().y();
        String words =
                "Training loss from %s to %s%s"
                        .formatted(
                                training.isEmpty()
                                        ? "unknown"
                                        : Numbers.four(training.getFirst().y()),
                                Numbers.four(end),
                                validation.isEmpty()
                                        ? "."
                                        : "; validation loss from %s to %s."
                                                .formatted(
                                                        Numbers.four(validation.getFirst().y()),
                                                        Numbers.four(validation.getLast().y())));
        return chart("Loss", words, curves, LineChart.verticalOf(curves), LineChart.NO_RING);
    }

    private Element scores() {
        Function<Function<Headline, Headline.Score>, List<Point>> line =
                which ->
                        judged(
                                report -> which.apply(Headline.of(report)).value(),
                                epoch -> epoch.result().number());
        Headline last = Headline.of(Objects.requireNonNull(lastReport()));
        List<Curve> curves = new ArrayList<>();
        List<Point> first = line.apply(Headline::first);
        List<Point> second = line.apply(Headline::second);
        curves.add(new Curve(last.first().name(), Curve.Ink.ONE, first));
        if (last.second().known()) {
            curves.add(new Curve(last.second().name(), Curve.Ink.TWO, second));
        }
        LineChart.guess(last.guess().name(), last.guess().value()).forEach(curves::add);
        long epochs = history.epochs().getLast().result().number();
        int bestEpoch = history.best().map(epoch -> epoch.result().number()).orElse(0);
        Point best =
                first.stream()
                        .filter(point -> point.x() == bestEpoch)
                        .findFirst()
                        .orElse(LineChart.NO_RING);
        boolean shares =
                curves.stream()
                        .flatMap(curve -> curve.points().stream())
                        .allMatch(point -> !(point.y() < 0));
        String words =
                "%s on the validation data from %s to %s; best %s in epoch %s."
                        .formatted(
                                sentence(last.first().name()),
                                Numbers.four(first.getFirst().y()),
                                Numbers.four(first.getLast().y()),
                                Numbers.four(best.y()),
                                Numbers.tick(best.x()));
        return new LineChart(
                        "Scores on the validation data",
                        words,
                        "epoch",
                        Scale.counts(epochs, TICKS),
                        shares ? Scale.shares() : LineChart.verticalOf(curves),
                        curves,
                        List.of(),
                        best)
                .figure();
    }

    private Element learningRate() {
        List<Point> rates = points(Step::learningRate);
        List<Curve> curves =
                List.of(new Curve("learning rate", Curve.Ink.ONE, Curve.thinned(rates)));
        double peak = rates.stream().mapToDouble(Point::y).max().orElse(Double.NaN);
        return chart(
                "Learning rate",
                "At most %s.".formatted(Numbers.tick(peak)),
                curves,
                LineChart.verticalOf(curves),
                LineChart.NO_RING);
    }

    private Element gradientNorm() {
        List<Point> norms = points(Step::gradientNorm);
        List<Curve> curves = new ArrayList<>();
        curves.add(new Curve("each step", Curve.Ink.FAINT, Curve.thinned(norms)));
        curves.add(new Curve("smoothed", Curve.Ink.ONE, Curve.thinned(Curve.smoothed(norms))));
        LineChart.guess("clipped above", clipNorm > 0 ? clipNorm : Double.NaN).forEach(curves::add);
        long clipped = norms.stream().filter(norm -> norm.y() > clipNorm).count();
        String words =
                clipNorm > 0
                        ? "%d of %d steps were clipped.".formatted(clipped, norms.size())
                        : "Gradients are not clipped.";
        return chart(
                "Norm of the gradient before clipping",
                words,
                curves,
                LineChart.verticalOf(curves),
                LineChart.NO_RING);
    }

    private Element chart(
            String title, String words, List<Curve> curves, Scale vertical, Point ring) {
        return new LineChart(title, words, "step", bySteps, vertical, curves, epochEnds, ring)
                .figure();
    }

    private List<Point> points(ToDoubleFunction<Step> value) {
        return steps.stream()
                .map(step -> new Point(step.number(), value.applyAsDouble(step)))
                .toList();
    }

    private List<Point> judged(
            ToDoubleFunction<EvaluationReport> value,
            ToDoubleFunction<TrainingHistory.JudgedEpoch> place) {
        List<Point> points = new ArrayList<>();
        for (TrainingHistory.JudgedEpoch epoch : history.epochs()) {
            EvaluationReport report = epoch.result().validation();
            if (report != null) {
                points.add(new Point(place.applyAsDouble(epoch), value.applyAsDouble(report)));
            }
        }
        return points;
    }

    private @Nullable EvaluationReport lastReport() {
        return history.epochs().isEmpty() ? null : history.epochs().getLast().result().validation();
    }

    private static String sentence(String name) {
        return name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1);
    }
}
