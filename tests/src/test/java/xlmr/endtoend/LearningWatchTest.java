package xlmr.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import xlmr.backend.Backend;
import xlmr.backend.Backends;
import xlmr.data.Example;
import xlmr.data.ExampleOptions;
import xlmr.data.ExampleReader;
import xlmr.pipeline.FineTuning;
import xlmr.train.Notice;
import xlmr.train.TrainingListener;
import xlmr.train.TrainingOptions;

/// Runs that do not learn are noticed, each for its own reason; one that learns is left in peace.
class LearningWatchTest {
    private static final Path START =
            Path.of(System.getProperty("xlmr.repository", ".."))
                    .resolve("cli/src/main/resources/xlmr/embedded/model");

    @TempDir private Path directory;
    private List<Example> training;
    private List<Example> validation;

    @BeforeEach
    void readExamples() throws IOException {
        ExampleReader reader = new ExampleReader(ExampleOptions.labelled("text", "category"));
        List<Example> all = reader.readAll(Sentences.file(directory, "train.tsv"));
        training = new ArrayList<>();
        for (int i = 0; i < all.size(); i += 3) {
            training.add(all.get(i));
        }
        validation = reader.readAll(Sentences.file(directory, "validation.tsv"));
    }

    @Test
    void aRateOfNearlyNothingLearnsNothing() {
        List<Notice> notices = notices(options(1e-9), training);
        assertThat(codes(notices)).contains(Notice.Code.NOTHING_LEARNED);
        assertThat(notices)
                .filteredOn(notice -> notice.code() == Notice.Code.NOTHING_LEARNED)
                .singleElement()
                .extracting(Notice::sentence)
                .asString()
                .contains("nothing has been learned; try another learning rate (now 1.0E-9");
    }

    @Test
    void aRateThatIsFarTooHighIsNoticed() {
        assertThat(codes(notices(options(0.3), training)))
                .containsAnyOf(Notice.Code.DIVERGED, Notice.Code.GRADIENT_VANISHED)
                .contains(Notice.Code.COLLAPSED);
    }

    @Test
    void labelsThatDoNotBelongToTheirTextsAreNoticed() {
        assertThat(codes(notices(options(5e-4), shuffled(training))))
                .containsAnyOf(Notice.Code.NOTHING_LEARNED, Notice.Code.NOTHING_CARRIES_OVER);
    }

    @Test
    void aRunThatLearnsIsLeftInPeace() {
        assertThat(notices(options(5e-4).withEpochs(6), training)).isEmpty();
    }

    private static TrainingOptions options(double rate) {
        return TrainingOptions.defaults().withEpochs(4).withBatchSize(8).withLearningRate(rate);
    }

    private List<Notice> notices(TrainingOptions options, List<Example> examples) {
        List<Notice> notices = new ArrayList<>();
        TrainingListener hearing =
                new TrainingListener() {
                    @Override
                    public void noticed(Notice notice) {
                        notices.add(notice);
                    }
                };
        try (Backend backend = Backends.create(1).backend()) {
            FineTuning.of(START, directory.resolve("output"))
                    .withOptions(options)
                    .run(examples, validation, backend, hearing);
        }
        assertThat(codes(notices)).as("each is said once").doesNotHaveDuplicates();
        return notices;
    }

    private static List<Notice.Code> codes(List<Notice> notices) {
        return notices.stream().map(Notice::code).toList();
    }

    private static List<Example> shuffled(List<Example> examples) {
        SplittableRandom random = new SplittableRandom(4);
        List<Example> shuffled = new ArrayList<>();
        for (Example example : examples) {
            Example other = examples.get(random.nextInt(examples.size()));
            shuffled.add(Example.of(example.text(), other.onlyLabel()));
        }
        return shuffled;
    }
}
