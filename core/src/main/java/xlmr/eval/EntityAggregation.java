package xlmr.eval;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import xlmr.data.TextSpan;

/// Makes entities of what a model says of tokens, as the `aggregation_strategy` of Hugging Face's
/// token classification pipeline (transformers 5.23) does.
///
/// Labels, scores and places are the same, but for tokens that share a character (a lone `▁` and
/// the character after it, the pieces of `½`): there transformers may give places that overlap, and
/// takes the `▁` for a word. Here places do not overlap, an entity of which no visible character is
/// left is dropped, and the `▁` belongs to the word that it begins.
///
/// @param strategy how the tokens of a word come to one label
/// @param words what the tokens of a word are; of importance for `FIRST`, `AVERAGE` and `MAX` alone
/// @param ignored labels that mark nothing
public record EntityAggregation(Strategy strategy, Words words, Set<String> ignored) {

    /// How tokens become entities.
    public enum Strategy {
        /// Every token for itself.
        NONE,
        /// Neighbours with the same type are one entity; B- begins a new one.
        SIMPLE,
        /// As simple, but a word has the label of its first token.
        FIRST,
        /// As simple, but a word has the label whose mean probability over its tokens is largest.
        AVERAGE,
        /// As simple, but a word has the label of the token with the largest probability.
        MAX
    }

    /// Where a word begins.
    public enum Words {
        /// At a space, at the beginning of the text, and at every unknown piece: what Hugging
        /// Face's pipeline does for a tokenizer such as XLM-R's.
        SPACES,
        /// Where the tokenizer says: at any white space, or as the text was cut before.
        TOKENIZER
    }

    /// Some tokens and their label.
    private record Labelled(String label, double score, int first, int last) {}

    public EntityAggregation {
        ignored = Set.copyOf(ignored);
    }

    /// Words at spaces, and `O` marks nothing.
    public static EntityAggregation of(Strategy strategy) {
        return new EntityAggregation(strategy, Words.SPACES, Set.of("O"));
    }

    public EntityAggregation withWords(Words newWords) {
        return new EntityAggregation(strategy, newWords, ignored);
    }

    /// The entities of a text in their order. Except with `NONE`, no two share a character.
    ///
    /// @param labels names of the K labels
    public List<EntitySpan> entities(TokenPredictions tokens, List<String> labels) {
        if (tokens.size() > 0 && tokens.probabilities()[0].length != labels.size()) {
            throw new IllegalArgumentException(
                    "entities: expected %d label names, one for each probability, found %d"
                            .formatted(tokens.probabilities()[0].length, labels.size()));
        }
        List<EntitySpan> entities = new ArrayList<>();
        if (strategy == Strategy.NONE) {
            for (Labelled token : each(tokens, labels)) {
                int t = token.first();
                TextSpan place = new TextSpan(tokens.starts()[t], tokens.ends()[t]);
                add(entities, token, place.strippedIn(tokens.text()));
            }
            return entities;
        }
        for (Labelled group : grouped(words(tokens, labels))) {
            TextSpan span =
                    TokenPlaces.span(
                            tokens.text(),
                            tokens.starts(),
                            tokens.ends(),
                            group.first(),
                            group.last(),
                            tokens.size());
            if (span.length() > 0) {
                add(entities, group, span);
            }
        }
        return entities;
    }

    private void add(List<EntitySpan> entities, Labelled found, TextSpan span) {
        if (!ignored.contains(found.label())) {
            entities.add(
                    new EntitySpan(
                            found.label(), found.score(), span, found.first(), found.last()));
        }
    }

    /// The entities of a text that was read in overlapping windows: of two that overlap the longer
    /// stays, of two as long that with the higher score.
    ///
    /// @param windows the entities of each window, with places in the whole text
    public static List<EntitySpan> merged(List<List<EntitySpan>> windows) {
        List<EntitySpan> sorted =
                windows.stream()
                        .flatMap(List::stream)
                        .sorted(Comparator.comparingInt(entity -> entity.span().start()))
                        .toList();
        List<EntitySpan> merged = new ArrayList<>();
        for (EntitySpan entity : sorted) {
            EntitySpan last = merged.isEmpty() ? null : merged.getLast();
            if (last == null || entity.span().start() >= last.span().end()) {
                merged.add(entity);
            } else if (entity.span().length() > last.span().length()
                    || entity.span().length() == last.span().length()
                            && entity.score() > last.score()) {
                merged.set(merged.size() - 1, entity);
            }
        }
        return merged;
    }

    private static List<Labelled> each(TokenPredictions tokens, List<String> labels) {
        List<Labelled> each = new ArrayList<>();
        for (int t = 0; t < tokens.size(); t++) {
            each.add(first(tokens, labels, t, t));
        }
        return each;
    }

    /// The words with their labels; with `SIMPLE` the tokens.
    private List<Labelled> words(TokenPredictions tokens, List<String> labels) {
        List<Labelled> found = new ArrayList<>();
        int first = 0;
        for (int t = 1; t <= tokens.size(); t++) {
            if (t < tokens.size() && strategy != Strategy.SIMPLE && !beginsWord(tokens, t)) {
                continue;
            }
            int last = t - 1;
            found.add(
                    switch (strategy) {
                        case NONE, SIMPLE, FIRST -> first(tokens, labels, first, last);
                        case AVERAGE -> average(tokens, labels, first, last);
                        case MAX -> max(tokens, labels, first, last);
                    });
            first = t;
        }
        return found;
    }

    /// What follows a token without a visible character of its own, such as a lone `▁`, belongs to
    /// its word; transformers takes it for another word.
    private boolean beginsWord(TokenPredictions tokens, int t) {
        if (words == Words.TOKENIZER) {
            return tokens.wordIds()[t] != tokens.wordIds()[t - 1];
        }
        String text = tokens.text();
        int start = tokens.starts()[t];
        boolean visible =
                TokenPlaces.span(text, tokens.starts(), tokens.ends(), t - 1, t - 1, tokens.size())
                                .length()
                        > 0;
        return visible && (tokens.unknown()[t] || beginsAtSpace(text, start));
    }

    private static boolean beginsAtSpace(String text, int start) {
        return start == 0
                || text.charAt(start - 1) == ' '
                || start < text.length() && text.charAt(start) == ' ';
    }

    private static Labelled first(
            TokenPredictions tokens, List<String> labels, int first, int last) {
        return labelled(tokens.probabilities()[first], labels, first, last);
    }

    private static Labelled max(TokenPredictions tokens, List<String> labels, int first, int last) {
        float[] best = tokens.probabilities()[first];
        for (int t = first + 1; t <= last; t++) {
            float[] row = tokens.probabilities()[t];
            best = largest(row) > largest(best) ? row : best;
        }
        return labelled(best, labels, first, last);
    }

    private static float largest(float[] row) {
        return row[Logits.argmax(row, 0, row.length)];
    }

    private static Labelled average(
            TokenPredictions tokens, List<String> labels, int first, int last) {
        float[] means = new float[labels.size()];
        for (int k = 0; k < means.length; k++) {
            double sum = 0;
            for (int t = first; t <= last; t++) {
                sum += tokens.probabilities()[t][k];
            }
            means[k] = (float) (sum / (last - first + 1));
        }
        return labelled(means, labels, first, last);
    }

    private static Labelled labelled(float[] row, List<String> labels, int first, int last) {
        int best = Logits.argmax(row, 0, row.length);
        return new Labelled(labels.get(best), row[best], first, last);
    }

    /// Neighbours of the same type together, with the mean of their scores.
    private static List<Labelled> grouped(List<Labelled> words) {
        List<Labelled> groups = new ArrayList<>();
        int from = 0;
        for (int i = 1; i <= words.size(); i++) {
            if (i < words.size() && continues(words.get(i - 1).label(), words.get(i).label())) {
                continue;
            }
            List<Labelled> group = words.subList(from, i);
            String label = group.getFirst().label();
            groups.add(
                    new Labelled(
                            label.substring(label.indexOf('-') + 1),
                            group.stream().mapToDouble(Labelled::score).sum() / group.size(),
                            group.getFirst().first(),
                            group.getLast().last()));
            from = i;
        }
        return groups;
    }

    private static boolean continues(String previous, String label) {
        return !label.startsWith("B-") && type(previous).equals(type(label));
    }

    /// Labels that have neither B- nor I- before them are types as they are.
    private static String type(String label) {
        return label.startsWith("B-") || label.startsWith("I-") ? label.substring(2) : label;
    }
}
