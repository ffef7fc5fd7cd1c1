package xlmr.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import xlmr.eval.EvaluationReport;
import xlmr.train.EpochResult;
import xlmr.train.Evaluation;
import xlmr.train.TrainingHistory;
import xlmr.train.TrainingListener.Step;

/// A run in the JSON that Hugging Face's `Trainer` leaves: what `save_metrics` writes, and the
/// state with its log. Programs that read those files read these. A number is left out where it is
/// not known or not finite.
final class HuggingFaceResults {
    /// More lines of a log nobody reads.
    private static final int LOGGED = 200;

    private static final int[] ROUND = {1, 2, 5};

    private final RunSummary run;
    private final TrainingHistory history;
    private final List<Step> steps;

    HuggingFaceResults(RunSummary run) {
        this.run = run;
        this.history = run.history();
        this.steps = history.steps();
    }

    /// `train_results.json`
    ObjectNode training() {
        Map<String, Double> numbers = new TreeMap<>(trainingNumbers());
        ObjectNode json = json(numbers);
        json.put("train_samples", run.data().counts().training());
        return sorted(json);
    }

    /// `eval_results.json`, of the model that is kept; empty without validation data.
    ObjectNode evaluation() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        run.report()
                .ifPresent(
                        report -> {
                            json.setAll(json(evaluationNumbers(report)));
                            json.put("epoch", (double) run.best().number());
                            json.put("eval_samples", run.data().counts().validation());
                        });
        return sorted(json);
    }

    /// `all_results.json`: both; `epoch` is that at the end.
    ObjectNode all() {
        return sorted(evaluation().setAll(training()));
    }

    /// `trainer_state.json`
    ObjectNode state() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        run.report()
                .ifPresent(
                        report -> {
                            json.put("best_metric", Evaluation.score(report));
                            json.put("best_global_step", stepOf(run.best()));
                        });
        json.putNull("best_model_checkpoint");
        json.put("epoch", epochs());
        json.put("global_step", lastStep());
        json.put("is_hyper_param_search", false);
        json.put("is_local_process_zero", true);
        json.put("is_world_process_zero", true);
        json.set("log_history", log());
        json.put("logging_steps", loggedEvery());
        json.put("max_steps", steps.isEmpty() ? 0 : steps.getLast().of());
        json.put("num_train_epochs", run.settings().path("epochs").asInt(1));
        json.put("num_input_tokens_seen", steps.stream().mapToLong(Step::tokens).sum());
        json.put("train_batch_size", run.settings().path("batch_size").asInt());
        return sorted(json);
    }

    private ArrayNode log() {
        ArrayNode log = JsonNodeFactory.instance.arrayNode();
        int every = loggedEvery();
        double sum = 0;
        int summed = 0;
        int epoch = 0;
        for (Step step : steps) {
            sum += step.loss();
            summed++;
            if (step.number() % every == 0) {
                log.addObject()
                        .put("epoch", epochOf(step))
                        .put("grad_norm", step.gradientNorm())
                        .put("learning_rate", step.learningRate())
                        .put("loss", sum / summed)
                        .put("step", step.number());
                sum = 0;
                summed = 0;
            }
            List<TrainingHistory.JudgedEpoch> epochs = history.epochs();
            while (epoch < epochs.size() && epochs.get(epoch).step() <= step.number()) {
                addEvaluation(log, epochs.get(epoch++));
            }
        }
        ObjectNode last = log.addObject();
        last.setAll(json(trainingNumbers()));
        last.put("step", lastStep());
        return log;
    }

    private static void addEvaluation(ArrayNode log, TrainingHistory.JudgedEpoch epoch) {
        EvaluationReport report = epoch.result().validation();
        if (report != null) {
            ObjectNode line = log.addObject();
            line.put("epoch", (double) epoch.result().number());
            line.setAll(json(evaluationNumbers(report)));
            line.put("step", epoch.step());
        }
    }

    private Map<String, Double> trainingNumbers() {
        Map<String, Double> numbers = new TreeMap<>();
        double seconds = history.seconds();
        List<Step> heard = history.stepsHeard();
        numbers.put("epoch", epochs());
        numbers.put(
                "train_loss", steps.stream().mapToDouble(Step::loss).average().orElse(Double.NaN));
        if (!heard.isEmpty()) { // else the run was over before, and nothing was timed
            long examples = heard.stream().mapToLong(Step::examples).sum();
            numbers.put("train_runtime", seconds);
            numbers.put("train_samples_per_second", examples / seconds);
            numbers.put("train_steps_per_second", heard.size() / seconds);
        }
        return numbers;
    }

    /// With `eval_` before all but the perplexity, as the example scripts write it.
    private static Map<String, Double> evaluationNumbers(EvaluationReport report) {
        Map<String, Double> numbers = new TreeMap<>(HuggingFaceMetrics.withLoss("eval_", report));
        Double perplexity = numbers.remove("eval_perplexity");
        if (perplexity != null) {
            numbers.put("perplexity", perplexity);
        }
        return numbers;
    }

    /// How many steps a line of the log stands for: a round number.
    private int loggedEvery() {
        for (int power = 1; ; power *= 10) {
            for (int round : ROUND) {
                if (steps.size() / (round * power) <= LOGGED) {
                    return round * power;
                }
            }
        }
    }

    private double epochs() {
        return steps.isEmpty() ? 0 : epochOf(steps.getLast());
    }

    private double epochOf(Step step) {
        return (double) step.number()
                * run.settings().path("epochs").asInt(1)
                / Math.max(1, step.of());
    }

    private long lastStep() {
        return steps.isEmpty() ? 0 : steps.getLast().number();
    }

    private long stepOf(EpochResult epoch) {
        return history.epochs().stream()
                .filter(judged -> judged.result().number() == epoch.number())
                .mapToLong(TrainingHistory.JudgedEpoch::step)
                .findFirst()
                .orElse(0);
    }

    private static ObjectNode json(Map<String, Double> numbers) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        numbers.forEach(
                (name, value) -> {
                    if (Double.isFinite(value)) {
                        json.put(name, value);
                    }
                });
        return json;
    }

    private static ObjectNode sorted(ObjectNode json) {
        ObjectNode sorted = JsonNodeFactory.instance.objectNode();
        json.properties().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(entry -> sorted.set(entry.getKey(), entry.getValue()));
        return sorted;
    }
}
