package xlmr.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import xlmr.data.Example;
import xlmr.data.ExampleOptions;
import xlmr.data.ExampleReader;

/// The sentences of a benchmark: one of every language of SIB-200 in turn, so that lengths and
/// scripts mix as in real traffic. The same sentences, in the same order, as the scripts that
/// measure other programs take.
final class BenchSentences {
    private BenchSentences() {}

    /// The first sentence of all, without reading the rest: what is read before the first answer
    /// counts.
    static Example first(Path root, String split) {
        try (Stream<Path> folders = Files.list(root)) {
            Path file =
                    folders.sorted()
                            .map(folder -> folder.resolve(split + ".tsv"))
                            .filter(Files::exists)
                            .findFirst()
                            .orElseThrow(
                                    () ->
                                            new CommandException(
                                                    "bench: no %s.tsv in the folders of %s"
                                                            .formatted(split, root)));
            return new ExampleReader(ExampleOptions.labelled("text", "category"))
                    .readAll(file)
                    .getFirst();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// @param root a folder a language, with `train.tsv`, `dev.tsv` and `test.tsv`
    /// @param limit how many, spread evenly; 0 for all
    static List<Example> read(Path root, String split, int limit) {
        List<List<Example>> languages = new ArrayList<>();
        ExampleReader reader = new ExampleReader(ExampleOptions.labelled("text", "category"));
        try (Stream<Path> folders = Files.list(root)) {
            for (Path folder : folders.sorted().toList()) {
                Path file = folder.resolve(split + ".tsv");
                if (Files.exists(file)) {
                    languages.add(reader.readAll(file));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        List<Example> all = new ArrayList<>();
        for (int i = 0; i < languages.getFirst().size(); i++) {
            for (List<Example> language : languages) {
                all.add(language.get(i % language.size()));
            }
        }
        if (limit == 0) {
            return all;
        }
        int step = Math.max(1, all.size() / limit);
        List<Example> chosen = new ArrayList<>();
        for (int i = 0; i < all.size() && chosen.size() < limit; i += step) {
            chosen.add(all.get(i));
        }
        return chosen;
    }
}
