package xlmr.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import xlmr.data.Example;
import xlmr.data.TaggedSentence;
import xlmr.data.TextSpan;
import xlmr.eval.EntitySpan;
import xlmr.pipeline.EntityPrediction;
import xlmr.pipeline.TagPrediction;
import xlmr.pipeline.TaggedWord;
import xlmr.pipeline.TokenTagger;

/// Writes what a tagger says: `word/TAG` lines or entities for people, JSON Lines for scripts.
///
/// @param call how the command was called
/// @param tagger to ask
/// @param output file of JSON Lines; null for standard output
record TaggedTexts(TaskRunner.Call call, TokenTagger tagger, @Nullable Path output) {
    /// Texts that are held at a time, so that a file of any size can pass through.
    private static final int CHUNK = 256;

    /// One result in both forms.
    private record Answer(String forPeople, Map<String, Object> fields) {}

    /// Hands over some more answers; none after the last.
    private interface Source {
        List<Answer> next();
    }

    /// Texts to what is found in them.
    interface Marking {
        List<EntityPrediction> mark(List<String> texts, IntConsumer progress);
    }

    /// A tag for each word of plain texts.
    void tags(TextInput.Texts texts, boolean oneByOne) {
        write(() -> answers(texts(texts, oneByOne), tagger::tagTexts, TaggedTexts::words));
    }

    /// A tag for each word of sentences that are cut into words.
    void tags(Iterator<TaggedSentence> sentences) {
        write(() -> answers(next(sentences), tagger::tagWords, TaggedTexts::words));
    }

    /// The entities of plain texts.
    void entities(TextInput.Texts texts, boolean oneByOne, Marking marking) {
        write(() -> answers(texts(texts, oneByOne), marking::mark, TaggedTexts::entities));
    }

    /// The entities of sentences that are cut into words.
    void entities(Iterator<TaggedSentence> sentences) {
        write(
                () ->
                        answers(
                                next(sentences),
                                tagger::tagWords,
                                prediction -> entities(prediction.entities())));
    }

    private static List<TaggedSentence> next(Iterator<TaggedSentence> sentences) {
        List<TaggedSentence> chunk = new ArrayList<>();
        while (chunk.size() < CHUNK && sentences.hasNext()) {
            chunk.add(sentences.next());
        }
        return chunk;
    }

    private <T, P> List<Answer> answers(
            List<T> chunk,
            BiFunction<List<T>, IntConsumer, List<P>> tagging,
            Function<P, Answer> written) {
        if (chunk.isEmpty()) {
            return List.of();
        }
        try (Progress progress = Progress.over(call.streams(), "predict", chunk.size())) {
            return tagging.apply(chunk, progress::to).stream().map(written).toList();
        }
    }

    private static List<String> texts(TextInput.Texts source, boolean oneByOne) {
        List<String> texts = new ArrayList<>();
        for (Example example : source.next(oneByOne ? 1 : CHUNK)) {
            if (example.textPair() != null) {
                throw example.problem("has two texts; token classification takes one");
            }
            texts.add(example.text());
        }
        return texts;
    }

    private void write(Source source) {
        if (output == null && !call.json()) {
            for (List<Answer> some = source.next(); !some.isEmpty(); some = source.next()) {
                some.forEach(answer -> call.streams().out().println(answer.forPeople()));
            }
            return;
        }
        JsonLines.write(
                call.streams(),
                output,
                "predictions",
                sink -> {
                    for (List<Answer> some = source.next(); !some.isEmpty(); some = source.next()) {
                        for (Answer answer : some) {
                            sink.accept(answer.fields());
                        }
                    }
                });
    }

    private static Answer words(TagPrediction prediction) {
        StringBuilder line = new StringBuilder();
        List<Map<String, Object>> words = new ArrayList<>();
        for (TaggedWord word : prediction.words()) {
            line.append(line.isEmpty() ? "" : " ")
                    .append(Printable.line(word.word()))
                    .append('/')
                    .append(Printable.line(word.tag()));
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("word", word.word());
            fields.put("tag", word.tag());
            fields.put("score", word.score());
            place(fields, word.span());
            words.add(fields);
        }
        return new Answer(
                line.toString(), fields(prediction.text(), "words", words, prediction.windows()));
    }

    private static Answer entities(EntityPrediction prediction) {
        StringBuilder lines = new StringBuilder(Printable.line(prediction.text()));
        List<Map<String, Object>> entities = new ArrayList<>();
        for (EntitySpan entity : prediction.entities()) {
            String found = entity.span().of(prediction.text());
            lines.append(
                    "%n  %-8s %5.1f %%  %s (%d to %d)"
                            .formatted(
                                    Printable.line(entity.label()),
                                    100 * entity.score(),
                                    Printable.line(found),
                                    entity.span().start(),
                                    entity.span().end()));
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("label", entity.label());
            fields.put("score", entity.score());
            fields.put("text", found);
            place(fields, entity.span());
            entities.add(fields);
        }
        if (entities.isEmpty()) {
            lines.append("%n  (none)".formatted());
        }
        return new Answer(
                lines.toString(),
                fields(prediction.text(), "entities", entities, prediction.windows()));
    }

    private static void place(Map<String, Object> fields, TextSpan span) {
        fields.put("start", span.start());
        fields.put("end", span.end());
    }

    private static Map<String, Object> fields(
            String text, String name, List<Map<String, Object>> found, int windows) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("text", text);
        fields.put(name, found);
        if (windows > 1) {
            fields.put("windows", windows);
        }
        return fields;
    }
}
