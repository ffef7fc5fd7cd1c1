package xlmr.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Attention heads that were taken out of a model: `pruned_heads` in `config.json`, as the
/// reference wrote it up to release 4 (transformers, `prune_heads`). The heads that stay have the
/// width that they had, so a layer's query, key and value have fewer rows than the hidden states
/// are wide, and its output fewer columns.
///
/// @param byLayer numbers of the heads that are gone, of each layer that lost some
public record PrunedHeads(SortedMap<Integer, SortedSet<Integer>> byLayer) {
    /// A model as it was made.
    public static final PrunedHeads NONE = new PrunedHeads(new TreeMap<>());

    private static final Pattern NAMED = Pattern.compile("(\\d{1,4}):(\\d{1,4}(?:\\+\\d{1,4})*)");

    /// Copies the map; layers that lost nothing are left out.
    public PrunedHeads {
        SortedMap<Integer, SortedSet<Integer>> copy = new TreeMap<>();
        byLayer.forEach(
                (layer, heads) -> {
                    if (!heads.isEmpty()) {
                        copy.put(layer, Collections.unmodifiableSortedSet(new TreeSet<>(heads)));
                    }
                });
        byLayer = Collections.unmodifiableSortedMap(copy);
    }

    /// Reads the field.
    ///
    /// @param layers L
    /// @param heads H, before any was taken out
    /// @throws IllegalArgumentException if it names a layer or head that there is not, or all heads
    ///   of a layer
    static PrunedHeads read(JsonNode field, int layers, int heads) {
        SortedMap<Integer, SortedSet<Integer>> byLayer = new TreeMap<>();
        for (Map.Entry<String, JsonNode> entry : field.properties()) {
            String name = entry.getKey();
            boolean isLayer = name.matches("\\d{1,4}") && Integer.parseInt(name) < layers;
            require(isLayer, name, "is no layer of 0 to " + (layers - 1));
            require(entry.getValue().isArray(), name, "is no list of heads");
            SortedSet<Integer> gone = new TreeSet<>();
            for (JsonNode head : entry.getValue()) {
                boolean isHead = head.isInt() && head.intValue() >= 0 && head.intValue() < heads;
                require(isHead, name, "has %s; expected heads of 0 to %d", head, heads - 1);
                gone.add(head.intValue());
            }
            require(gone.size() < heads, name, "has all heads; expected at least one that stays");
            byLayer.put(Integer.valueOf(name), gone);
        }
        return new PrunedHeads(byLayer);
    }

    private static void require(boolean condition, String layer, String reason, Object... values) {
        if (!condition) {
            throw new IllegalArgumentException(
                    "pruned_heads: \"%s\" %s".formatted(layer, reason.formatted(values)));
        }
    }

    /// Reads heads by name, layer for layer, both counted from 0: `0:1+5,3:2` are heads 1 and 5 of
    /// layer 0 and head 2 of layer 3.
    ///
    /// @throws IllegalArgumentException if the text is none of these
    public static PrunedHeads parse(String text) {
        SortedMap<Integer, SortedSet<Integer>> byLayer = new TreeMap<>();
        for (String part : text.split(",", -1)) {
            Matcher layer = NAMED.matcher(part.strip());
            if (!layer.matches()) {
                throw new IllegalArgumentException(
                        "expected heads by layer, both counted from 0, such as 0:1+5,3:2; found '%s'"
                                .formatted(text));
            }
            SortedSet<Integer> gone =
                    byLayer.computeIfAbsent(
                            Integer.valueOf(layer.group(1)), first -> new TreeSet<>());
            for (String head : layer.group(2).split("\\+", -1)) {
                gone.add(Integer.valueOf(head));
            }
        }
        return new PrunedHeads(byLayer);
    }

    /// The heads as [#parse] reads them.
    public String text() {
        return byLayer.entrySet().stream()
                .map(
                        entry ->
                                entry.getKey()
                                        + ":"
                                        + entry.getValue().stream()
                                                .map(String::valueOf)
                                                .collect(Collectors.joining("+")))
                .collect(Collectors.joining(","));
    }

    /// These heads and others.
    public PrunedHeads and(PrunedHeads others) {
        SortedMap<Integer, SortedSet<Integer>> both = new TreeMap<>(byLayer);
        others.byLayer.forEach(
                (layer, heads) -> {
                    SortedSet<Integer> all = new TreeSet<>(heads);
                    all.addAll(of(layer));
                    both.put(layer, all);
                });
        return new PrunedHeads(both);
    }

    /// Numbers of a layer's heads that are gone.
    public SortedSet<Integer> of(int layer) {
        return byLayer.getOrDefault(layer, Collections.emptySortedSet());
    }

    /// Numbers of a layer's heads that are left, ascending.
    ///
    /// @param heads H, before any was taken out
    public List<Integer> left(int layer, int heads) {
        return IntStream.range(0, heads).filter(head -> !of(layer).contains(head)).boxed().toList();
    }

    /// How many heads of all layers are gone.
    public int count() {
        return byLayer.values().stream().mapToInt(SortedSet::size).sum();
    }

    /// How many heads of a layer are gone.
    public int count(int layer) {
        return of(layer).size();
    }

    /// Those of some layers, which then are layers 0, 1, and so on.
    public PrunedHeads ofLayers(List<Integer> kept) {
        SortedMap<Integer, SortedSet<Integer>> moved = new TreeMap<>();
        for (int place = 0; place < kept.size(); place++) {
            moved.put(place, of(kept.get(place)));
        }
        return new PrunedHeads(moved);
    }

    /// The field as [#read] reads it.
    ObjectNode json() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        byLayer.forEach((layer, heads) -> heads.forEach(json.withArray("/" + layer)::add));
        return json;
    }
}
