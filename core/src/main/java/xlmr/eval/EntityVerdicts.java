package xlmr.eval;

import static xlmr.eval.NumberWords.count;
import static xlmr.eval.NumberWords.names;
import static xlmr.eval.NumberWords.percent;

import java.util.List;
import xlmr.eval.Verdict.Code;

/// Judges an [EntityReport].
final class EntityVerdicts {

    /// From this share of the true entities on, one kind of mistake is worth a sentence.
    private static final double MANY = 0.1;

    private static final int FEW_ENTITIES = 100;

    private EntityVerdicts() {}

    static List<Verdict> of(EntityReport report) {
        VerdictList verdicts = new VerdictList();
        verdicts.notFinite(report.loss(), !Double.isNaN(report.loss()));
        if (report.entities() == 0) {
            verdicts.error(
                    Code.NO_ENTITIES,
                    "The right answers hold no entity: nothing can be found, and precision, recall"
                            + " and F1 mean nothing. Is this the column of the tags?");
            return verdicts.gravestFirst();
        }
        found(report, verdicts);
        tokens(report, verdicts);
        if (report.predicted() > 0) {
            mistakes(report, verdicts);
            types(report, verdicts);
        }
        if (report.entities() < FEW_ENTITIES) {
            ProportionInterval interval =
                    ProportionInterval.wilson95(report.mistakes().right(), report.entities());
            verdicts.note(
                    Code.FEW_EXAMPLES,
                    "With %s the recall is known only roughly: on other texts of the same kind it"
                            + " may well lie between %s and %s (95 %% interval).",
                    entities(report.entities()),
                    percent(interval.low()),
                    percent(interval.high()));
        }
        return verdicts.gravestFirst();
    }

    private static void found(EntityReport report, VerdictList verdicts) {
        if (report.predicted() == 0) {
            verdicts.warn(
                    Code.NO_ENTITIES_PREDICTED,
                    "The model marks no entity at all, though there are %d: it has learned to"
                            + " answer O, which is most often right. Train longer, or with a"
                            + " higher learning rate.",
                    report.entities());
            return;
        }
        long right = report.mistakes().right();
        verdicts.note(
                Code.ENTITY_F1,
                "%d of %s are found exactly (recall %s), and %d of %d that the model marks are"
                        + " right (precision %s). One counts only if both ends and the type are"
                        + " right; guessing finds next to none.",
                right,
                entities(report.entities()),
                percent(right, report.entities()),
                right,
                report.predicted(),
                percent(right, report.predicted()));
    }

    private static void tokens(EntityReport report, VerdictList verdicts) {
        if (report.tokenAccuracy() <= report.outsideShare() && report.predicted() > 0) {
            verdicts.warn(
                    Code.TOKEN_ACCURACY_HIDES,
                    "%s of the tags are right, no more than the %s of always answering O: the"
                            + " marked entities do more harm than good.",
                    percent(report.tokenAccuracy()),
                    percent(report.outsideShare()));
        } else {
            verdicts.note(
                    Code.TOKEN_ACCURACY_HIDES,
                    "%s of the tags are right, but always answering O gives %s: look at F1, not at"
                            + " the share of right tags.",
                    percent(report.tokenAccuracy()),
                    percent(report.outsideShare()));
        }
    }

    private static void mistakes(EntityReport report, VerdictList verdicts) {
        EntityMistakes mistakes = report.mistakes();
        double entities = report.entities();
        if (mistakes.otherEnds() >= MANY * entities) {
            verdicts.note(
                    Code.WRONG_ENDS,
                    "%d of %s are found with the right type, but with other ends: are words cut"
                            + " otherwise here than in training?",
                    mistakes.otherEnds(),
                    entities(report.entities()));
        }
        if (mistakes.otherType() >= MANY * entities) {
            verdicts.note(
                    Code.WRONG_TYPES,
                    "%d of %s are found with both ends right, but taken for another type.",
                    mistakes.otherType(),
                    entities(report.entities()));
        }
        if (mistakes.invented() >= MANY * report.predicted()) {
            verdicts.note(
                    Code.INVENTED_ENTITIES,
                    "%d of the %d marked entities touch no right one.",
                    mistakes.invented(),
                    report.predicted());
        }
    }

    private static void types(EntityReport report, VerdictList verdicts) {
        List<String> never =
                report.perType().stream()
                        .filter(type -> type.predicted() == 0)
                        .map(
                                type ->
                                        "'%s' (%s)"
                                                .formatted(
                                                        type.name(), count(type.support(), "time")))
                        .toList();
        if (!never.isEmpty()) {
            verdicts.warn(
                    Code.CLASSES_NEVER_PREDICTED, "Never found, though there: %s.", names(never));
        }
        List<String> without =
                report.perType().stream()
                        .filter(type -> type.support() == 0)
                        .map(type -> "'%s'".formatted(type.name()))
                        .toList();
        if (!without.isEmpty()) {
            verdicts.note(
                    Code.CLASSES_WITHOUT_EXAMPLES,
                    "No right entity is of the type %s, yet the model marks some; the macro average"
                            + " counts them as 0.",
                    names(without));
        }
    }

    private static String entities(long count) {
        return "%d %s".formatted(count, count == 1 ? "entity" : "entities");
    }
}
