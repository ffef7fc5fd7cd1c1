package xlmr.pipeline;

import java.util.List;
import xlmr.eval.EntitySpan;

/// What a tagger marks in one text.
///
/// @param text as given
/// @param entities in their order, with places in `text` in UTF-16 code units. Their tokens are
///   words where words were tagged, else pieces, without `<s>` and `</s>`
/// @param windows in which the text was read; more than one if it is longer than the model
public record EntityPrediction(String text, List<EntitySpan> entities, int windows) {
    public EntityPrediction {
        entities = List.copyOf(entities);
    }
}
