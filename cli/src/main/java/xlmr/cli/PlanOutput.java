package xlmr.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;
import java.util.OptionalDouble;
import xlmr.train.ParameterGroup;
import xlmr.train.PlannedData;
import xlmr.train.PlannedMemory;
import xlmr.train.TrainingPlan;

/// A plan in words, and as JSON.
///
/// @param plan of one run
/// @param runs how many there will be
/// @param seconds of one run, where they were measured
/// @param measured how they were measured, or why not
record PlanOutput(TrainingPlan plan, int runs, OptionalDouble seconds, String measured) {
    /// In words, for a person.
    String text() {
        StringBuilder text = new StringBuilder("trains\n");
        for (ParameterGroup group : plan.groups()) {
            line(text, group.name(), group.parameters(), group.trained());
        }
        line(text, "all", plan.parameters(), plan.trained());
        reads(text);
        PlannedMemory memory = plan.memory();
        text.append("takes\n")
                .append(
                        format(
                                "  memory %,d MiB: weights %,d, pages of the checkpoint %,d,"
                                        + " gradients %,d, optimizer %,d, activations %,d, features"
                                        + " %,d, the program itself %,d%n",
                                mebibytes(memory.total()),
                                mebibytes(memory.weights()),
                                mebibytes(memory.mapped()),
                                mebibytes(memory.gradients()),
                                mebibytes(memory.optimizer()),
                                mebibytes(memory.activations()),
                                mebibytes(memory.features()),
                                mebibytes(memory.program())));
        if (seconds.isPresent()) {
            text.append(format("  time   about %s", duration(seconds.getAsDouble() * runs)));
            text.append(runs == 1 ? "" : format(" for %d runs", runs));
            text.append(format(", %s%n", measured));
        } else {
            text.append(format("  time   not known: %s%n", measured));
        }
        return text.toString();
    }

    private void reads(StringBuilder text) {
        PlannedData data = plan.data();
        int[] lengths = data.lengths();
        text.append("reads\n")
                .append(
                        format(
                                "  %,d examples, %,d tokens: the median has %,d, the longest %,d;"
                                        + " %,d are cut at the maximum length%n",
                                data.examples(),
                                data.tokens(),
                                lengths[lengths.length / 2],
                                lengths[0],
                                data.truncated()))
                .append(
                        format(
                                "  %,d steps over %,d tokens in all epochs; the largest batch has"
                                        + " %,d tokens%n",
                                data.steps(), data.trainedTokens(), data.batchTokens()));
        if (data.validationExamples() > 0) {
            text.append(
                    format(
                            "  %,d examples with %,d tokens to judge each epoch by%n",
                            data.validationExamples(), data.validationTokens()));
        }
        long all = data.classes().values().stream().mapToLong(Integer::longValue).sum();
        data.classes()
                .forEach(
                        (label, count) ->
                                text.append(
                                        format(
                                                "  %5.1f %%  %s (%,d)%n",
                                                100.0 * count / Math.max(1, all),
                                                Printable.line(label),
                                                count)));
    }

    private static void line(StringBuilder text, String name, long parameters, long trained) {
        text.append(format("  %-22s%,15d of %,15d%n", name, trained, parameters));
    }

    /// One object, for scripts.
    ObjectNode json() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        ArrayNode groups = json.putArray("groups");
        for (ParameterGroup group : plan.groups()) {
            groups.addObject()
                    .put("name", group.name())
                    .put("parameters", group.parameters())
                    .put("trained", group.trained());
        }
        json.put("parameters", plan.parameters()).put("trained", plan.trained());
        PlannedData data = plan.data();
        json.put("examples", data.examples())
                .put("tokens", data.tokens())
                .put("longest", data.lengths()[0])
                .put("truncated", data.truncated())
                .put("largest_batch_tokens", data.batchTokens())
                .put("steps", data.steps())
                .put("trained_tokens", data.trainedTokens())
                .put("validation_examples", data.validationExamples())
                .put("validation_tokens", data.validationTokens());
        ObjectNode classes = json.putObject("classes");
        data.classes().forEach(classes::put);
        PlannedMemory memory = plan.memory();
        json.putObject("memory_bytes")
                .put("weights", memory.weights())
                .put("mapped", memory.mapped())
                .put("gradients", memory.gradients())
                .put("optimizer", memory.optimizer())
                .put("activations", memory.activations())
                .put("features", memory.features())
                .put("program", memory.program())
                .put("total", memory.total());
        json.put("runs", runs);
        if (seconds.isPresent()) {
            json.put("seconds", seconds.getAsDouble() * runs);
        } else {
            json.putNull("seconds");
        }
        return json.put("measured", measured);
    }

    /// Seconds, minutes or hours.
    static String duration(double seconds) {
        if (seconds < 120) {
            return format("%.0f s", seconds);
        }
        return seconds < 7200
                ? format("%.0f minutes", seconds / 60)
                : format("%.1f hours", seconds / 3600);
    }

    static long mebibytes(long bytes) {
        return (bytes + (1L << 19)) >> 20;
    }

    private static String format(String pattern, Object... arguments) {
        return String.format(Locale.ROOT, pattern, arguments);
    }
}
