package xlmr.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Real data: SIB-200, the same sentences in many languages, as TSV without quoting.
class SibSentencesTest {

    @Test
    void everyLanguageHasTheSameSentencesAndTheSameTopics() throws IOException {
        Path sib =
                Path.of(
                        System.getProperty("xlmr.repository", "."),
                        "..",
                        "shared",
                        "data",
                        "sib200");
        assumeTrue(Files.isDirectory(sib), () -> "no SIB-200 at " + sib);
        var reader = new ExampleReader(ExampleOptions.labelled("text", "category"));
        List<Path> languages;
        try (Stream<Path> listed = Files.list(sib)) {
            languages = listed.sorted().toList();
        }
        for (Path language : languages) {
            List<Example> train = reader.readAll(language.resolve("train.tsv"));
            List<Example> test = reader.readAll(language.resolve("test.tsv"));

            assertThat(train).as("%s", language).hasSize(701);
            assertThat(test).as("%s", language).hasSize(204);
            assertThat(LabelSet.fromExamples(train).names())
                    .containsExactly(
                            "entertainment",
                            "geography",
                            "health",
                            "politics",
                            "science/technology",
                            "sports",
                            "travel");
            LabelSet.fromExamples(train).idsOf(test);
        }
        assertThat(languages).hasSizeGreaterThan(100);
    }
}
