package xlmr.pipeline;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import xlmr.data.DataException;
import xlmr.data.LabelSet;
import xlmr.data.TaggedSentence;
import xlmr.data.TextSpan;
import xlmr.eval.Logits;

/// Says what each token of a text contributes to the tag of one of its words.
///
/// ```java
/// Explanation explanation =
///         TagExplainer.of(tagger).explain("Ada Lovelace lived in London.", "London", null);
/// ```
///
/// What is explained is the logit of one tag, at the first piece of the word, where the tagger
/// reads it. Of a text that is longer than the model it is the window from which the tag is taken.
/// Immutable; one explainer serves many threads.
///
/// @param tagger that answers
/// @param settings how contributions are found
public record TagExplainer(TokenTagger tagger, ExplanationSettings settings) {
    private static final String OUTSIDE = "O";

    /// Integrated gradients from a text of `<pad>`.
    public static TagExplainer of(TokenTagger tagger) {
        return new TagExplainer(tagger, ExplanationSettings.defaults());
    }

    /// The same with other settings.
    public TagExplainer with(ExplanationSettings value) {
        return new TagExplainer(tagger, value);
    }

    /// Explains what speaks for a tag of a word.
    ///
    /// @param word as it is written, the first that is so, or its number from 1; null for the first
    ///   that is tagged as something, or if none is the first
    /// @param tag null for the one that the word gets
    /// @throws DataException if the text has no words
    /// @throws IllegalArgumentException if it has no such word, or the model no such tag
    public Explanation explain(String text, @Nullable String word, @Nullable String tag) {
        TaggedSentence sentence =
                tagger.sentence(text)
                        .orElseThrow(() -> new DataException("explain: the text has no words"));
        ExplainedModel model = tagger.explained();
        LabelSet labels = LabelSet.of(tagger.config().labels());
        WordPieces.Sentence pieces =
                WordPieces.sentence(sentence.words(), model.tokenizer(), tagger.cut().room());
        WordPieces cut = WordPieces.of(List.of(sentence.words()), model.tokenizer(), tagger.cut());
        float[][] logits = model.logits(cut.windows().sequences());
        List<Integer> said = new ArrayList<>();
        for (int w = 0; w < sentence.size(); w++) {
            said.add(Logits.argmax(cut.row(logits, 0, w, labels.size())));
        }
        int chosen =
                word == null
                        ? firstTagged(said.stream().map(labels::name).toList())
                        : find(sentence, word);
        int own = said.get(chosen);
        int column = tag == null ? own : ExplainedModel.column(labels, "tag", tag);
        double[] row = cut.row(logits, 0, chosen, labels.size());
        double[] scaled = row.clone();
        for (int k = 0; k < scaled.length; k++) {
            scaled[k] /= tagger.temperature();
        }
        TokenWindows.Places places = cut.windows().texts().getFirst();
        int first = pieces.firsts()[chosen];
        int[] ids = cut.windows().sequences().get(places.sequences()[first]);
        int read = places.rows()[first];
        ExplainedModel.Found found =
                model.explain(
                        ids, ends(ids.length), List.of(new NumberPlace(read, column)), settings);
        return new Explanation(
                settings.method(),
                text,
                null,
                new ExplainedNumber.Tag(
                        labels.name(column),
                        labels.name(own),
                        sentence.words().get(chosen),
                        sentence.spans().get(chosen)),
                row[column],
                Logits.softmax(scaled)[column],
                tokens(model, sentence, pieces, ids, first - read, found.scores()),
                found.completeness(),
                0);
    }

    private static int firstTagged(List<String> tags) {
        for (int w = 0; w < tags.size(); w++) {
            if (!tags.get(w).equals(OUTSIDE)) {
                return w;
            }
        }
        return 0;
    }

    private static int find(TaggedSentence sentence, String word) {
        int place = sentence.words().indexOf(word);
        if (place < 0 && word.matches("[0-9]{1,6}")) {
            place = Integer.parseInt(word) - 1;
        }
        if (place < 0 || place >= sentence.size()) {
            throw new IllegalArgumentException(
                    "explain: no word '%s' among the %d of the text: %s"
                            .formatted(word, sentence.size(), some(sentence.words())));
        }
        return place;
    }

    private static String some(List<String> words) {
        String shown = String.join(" ", words.stream().limit(10).toList());
        return words.size() > 10 ? shown + " ..." : shown;
    }

    /// `<s>` and `</s>` at the ends of a window.
    private static boolean[] ends(int tokens) {
        boolean[] fixed = new boolean[tokens];
        fixed[0] = true;
        fixed[tokens - 1] = true;
        return fixed;
    }

    /// @param before the piece of the sentence that stands in the place of `<s>`
    private static List<TokenScore> tokens(
            ExplainedModel model,
            TaggedSentence sentence,
            WordPieces.Sentence pieces,
            int[] ids,
            int before,
            double[] scores) {
        List<TokenScore> tokens = new ArrayList<>();
        for (int t = 0; t < ids.length; t++) {
            String piece = model.tokenizer().piece(ids[t]);
            if (t == 0 || t == ids.length - 1) {
                tokens.add(new TokenScore(piece, -1, 0, 0, scores[t]));
                continue;
            }
            int own = before + t;
            TextSpan word = sentence.spans().get(pieces.words()[own]);
            tokens.add(
                    new TokenScore(
                            piece,
                            0,
                            Math.min(word.end(), word.start() + pieces.starts()[own]),
                            Math.min(word.end(), word.start() + pieces.ends()[own]),
                            scores[t]));
        }
        return tokens;
    }
}
