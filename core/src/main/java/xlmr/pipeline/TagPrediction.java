package xlmr.pipeline;

import java.util.ArrayList;
import java.util.List;
import xlmr.data.TextSpan;
import xlmr.eval.EntitySpan;
import xlmr.eval.EntityTags;
import xlmr.eval.TaggedEntity;

/// What a tagger says of the words of one text.
///
/// @param text as given
/// @param words in their order
/// @param windows in which the text was read; more than one if it is longer than the model
public record TagPrediction(String text, List<TaggedWord> words, int windows) {
    public TagPrediction {
        words = List.copyOf(words);
    }

    /// The entities that the tags mark, read leniently as in the evaluation, with the mean of the
    /// scores of their words, by which they are counted. To be asked only where the tags mark
    /// entities.
    public EntityPrediction entities() {
        List<EntitySpan> entities = new ArrayList<>();
        List<String> tags = words.stream().map(TaggedWord::tag).toList();
        for (TaggedEntity entity : EntityTags.lenient(tags)) {
            List<TaggedWord> inside = words.subList(entity.first(), entity.last() + 1);
            double sum = inside.stream().mapToDouble(TaggedWord::score).sum();
            TextSpan span =
                    new TextSpan(inside.getFirst().span().start(), inside.getLast().span().end());
            entities.add(
                    new EntitySpan(
                            entity.type(),
                            sum / inside.size(),
                            span,
                            entity.first(),
                            entity.last()));
        }
        return new EntityPrediction(text, entities, windows);
    }
}
