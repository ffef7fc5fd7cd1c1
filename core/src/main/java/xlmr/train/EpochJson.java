package xlmr.train;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import xlmr.eval.EvaluationReport;
import xlmr.eval.ReportJson;

/// An epoch as one JSON object, with its whole report: in the log of a run that is done, and in the
/// state of one that goes on.
public final class EpochJson {
    private EpochJson() {}

    /// The epoch as a tree, its fields in a fixed order.
    public static ObjectNode of(EpochResult epoch) {
        ObjectNode json =
                JsonNodeFactory.instance
                        .objectNode()
                        .put("epoch", epoch.number())
                        .put("training_loss", epoch.trainingLoss())
                        .put("seconds", epoch.seconds())
                        .put("best", epoch.best());
        EvaluationReport validation = epoch.validation();
        if (validation != null) {
            json.set("validation", ReportJson.of(validation));
        }
        return json;
    }
}
