package xlmr.tokenizer.huggingface;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import xlmr.tokenizer.sentencepiece.Charsmap;

/// All of a `tokenizer.json` but its model: normalizers, pre-tokenizers, template, decoder and
/// added tokens. What is not known is refused by name, for ids would silently be others.
final class TokenizerSettings {
    /// The only regular expression that converters of SentencePiece models write.
    private static final Pattern REPEATED = Pattern.compile("(.)\\{(\\d{1,4}),\\}");

    private final Map<String, JsonNode> parts = new HashMap<>();

    /// Keeps a part of the file.
    void put(String name, JsonNode value) {
        parts.put(name, value);
    }

    /// Reads the parts.
    ///
    /// @throws IllegalArgumentException with the reason, if one is not as expected
    TokenizerSpec spec(UnigramVocabulary vocabulary, List<String> warnings) {
        List<AddedToken> added = new ArrayList<>();
        int size = vocabulary.pieces.size();
        for (JsonNode token : part("added_tokens")) {
            String content = text(token, "content", "added_tokens");
            int id = vocabulary.find(content);
            if (id < 0) {
                id = size++;
            }
            if (token.path("id").asLong(-1) != id) {
                warnings.add(
                        "added token %s says id %s, and its place makes it %d"
                                .formatted(content, token.path("id"), id));
            }
            added.add(addedToken(id, content, token));
        }
        List<NormalizerStep> normalizers = new ArrayList<>();
        addNormalizer(part("normalizer"), normalizers);
        List<PreTokenizerStep> preTokenizers = new ArrayList<>();
        addPreTokenizer(part("pre_tokenizer"), preTokenizers);
        JsonNode processor = part("post_processor");
        return new TokenizerSpec(
                List.copyOf(added),
                List.copyOf(normalizers),
                List.copyOf(preTokenizers),
                template(processor, "single"),
                template(processor, "pair"),
                decoder(part("decoder")),
                vocabulary,
                size,
                List.copyOf(warnings));
    }

    private JsonNode part(String name) {
        return parts.getOrDefault(name, NullNode.getInstance());
    }

    private static AddedToken addedToken(int id, String content, JsonNode token) {
        return new AddedToken(
                id,
                content,
                token.path("special").asBoolean(),
                token.path("single_word").asBoolean(),
                token.path("lstrip").asBoolean(),
                token.path("rstrip").asBoolean(),
                token.path("normalized").asBoolean());
    }

    private static void addNormalizer(JsonNode node, List<NormalizerStep> steps) {
        if (node.isNull()) {
            return;
        }
        String type = text(node, "type", "normalizer");
        switch (type) {
            case "Sequence" -> node.path("normalizers").forEach(n -> addNormalizer(n, steps));
            case "Precompiled" -> {
                Charsmap charsmap = charsmap(node.path("precompiled_charsmap"));
                if (charsmap != null) {
                    steps.add(new CharsmapStep(charsmap));
                }
            }
            case "Strip" ->
                    steps.add(
                            new StripStep(
                                    node.path("strip_left").asBoolean(),
                                    node.path("strip_right").asBoolean()));
            case "Replace" -> steps.add(replace(node));
            default ->
                    throw new IllegalArgumentException(
                            "normalizer "
                                    + type
                                    + " is not supported (Precompiled, Strip, Replace are)");
        }
    }

    private static @Nullable Charsmap charsmap(JsonNode node) {
        if (node.isNull() || node.isMissingNode()) {
            return null;
        }
        byte[] blob;
        try {
            blob = Base64.getDecoder().decode(node.asText());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "precompiled_charsmap is not base64: " + e.getMessage(), e);
        }
        return Charsmap.parse(blob);
    }

    private static NormalizerStep replace(JsonNode node) {
        String content = text(node, "content", "normalizer Replace");
        JsonNode pattern = node.path("pattern");
        if (pattern.path("String").isTextual() && !pattern.path("String").asText().isEmpty()) {
            return new ReplaceStep(pattern.path("String").asText(), 1, false, content);
        }
        Matcher repeated = REPEATED.matcher(pattern.path("Regex").asText());
        if (!repeated.matches() || ".[]()*+?|^$\\".contains(repeated.group(1))) {
            throw new IllegalArgumentException(
                    "normalizer Replace with the pattern " + pattern + " is not supported");
        }
        int atLeast = Math.max(1, Integer.parseInt(repeated.group(2)));
        return new ReplaceStep(repeated.group(1), atLeast, true, content);
    }

    private static void addPreTokenizer(JsonNode node, List<PreTokenizerStep> steps) {
        if (node.isNull()) {
            return;
        }
        String type = text(node, "type", "pre_tokenizer");
        switch (type) {
            case "Sequence" -> node.path("pretokenizers").forEach(n -> addPreTokenizer(n, steps));
            case "WhitespaceSplit" -> steps.add(new PreTokenizerStep.WhitespaceSplit());
            case "Metaspace" -> steps.add(metaspace(node));
            default ->
                    throw new IllegalArgumentException(
                            "pre_tokenizer "
                                    + type
                                    + " is not supported (WhitespaceSplit, Metaspace are)");
        }
    }

    private static PreTokenizerStep.@Nullable Metaspace decoder(JsonNode node) {
        if (node.isNull()) {
            return null;
        }
        String type = text(node, "type", "decoder");
        if (!type.equals("Metaspace")) {
            throw new IllegalArgumentException(
                    "decoder " + type + " is not supported (Metaspace is)");
        }
        return metaspace(node);
    }

    /// Files before tokenizers 0.15 say `add_prefix_space` instead of `prepend_scheme`.
    private static PreTokenizerStep.Metaspace metaspace(JsonNode node) {
        String replacement = node.path("replacement").asText("\u2581");
        if (replacement.codePointCount(0, replacement.length()) != 1) {
            throw new IllegalArgumentException(
                    "Metaspace replacement '" + replacement + "' is not one character");
        }
        String old = node.path("add_prefix_space").asBoolean(true) ? "always" : "never";
        String scheme = node.path("prepend_scheme").asText(old);
        PreTokenizerStep.Prepend prepend =
                switch (scheme) {
                    case "always" -> PreTokenizerStep.Prepend.ALWAYS;
                    case "first" -> PreTokenizerStep.Prepend.FIRST;
                    case "never" -> PreTokenizerStep.Prepend.NEVER;
                    default ->
                            throw new IllegalArgumentException(
                                    "Metaspace prepend_scheme '" + scheme + "' is not known");
                };
        boolean split = node.path("split").asBoolean(true);
        return new PreTokenizerStep.Metaspace(replacement.codePointAt(0), prepend, split);
    }

    private static int[] template(JsonNode processor, String which) {
        if (processor.isNull()) {
            return which.equals("single")
                    ? new int[] {TokenizerSpec.TEXT_A}
                    : new int[] {TokenizerSpec.TEXT_A, TokenizerSpec.TEXT_B};
        }
        String type = text(processor, "type", "post_processor");
        if (!type.equals("TemplateProcessing")) {
            throw new IllegalArgumentException(
                    "post_processor " + type + " is not supported (TemplateProcessing is)");
        }
        List<Integer> parts = new ArrayList<>();
        for (JsonNode part : processor.path(which)) {
            JsonNode sequence = part.path("Sequence").path("id");
            if (sequence.isTextual()) {
                parts.add(
                        sequence.asText().equals("A")
                                ? TokenizerSpec.TEXT_A
                                : TokenizerSpec.TEXT_B);
                continue;
            }
            String token = part.path("SpecialToken").path("id").asText();
            JsonNode ids = processor.path("special_tokens").path(token).path("ids");
            if (!ids.isArray() || ids.isEmpty()) {
                throw new IllegalArgumentException(
                        "the post_processor's template names " + token + ", which has no id");
            }
            ids.forEach(id -> parts.add(id.asInt()));
        }
        List<Integer> texts = parts.stream().filter(p -> p < 0).toList();
        List<Integer> expected =
                which.equals("single")
                        ? List.of(TokenizerSpec.TEXT_A)
                        : List.of(TokenizerSpec.TEXT_A, TokenizerSpec.TEXT_B);
        if (!texts.equals(expected)) {
            throw new IllegalArgumentException(
                    "the post_processor's template for "
                            + which
                            + " does not hold its texts in order");
        }
        return parts.stream().mapToInt(Integer::intValue).toArray();
    }

    private static String text(JsonNode node, String field, String where) {
        JsonNode value = node.path(field);
        if (!value.isTextual() || value.asText().isEmpty()) {
            throw new IllegalArgumentException(where + " has no " + field);
        }
        return value.asText();
    }
}
