package xlmr.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import xlmr.train.RunFolders;

/// `train` is killed (`kill -9`) at random moments, or the disk is full, and `--resume` goes on to
/// the bits of a run that nothing happened to.
///
/// The number of kills is the property `xlmr.kills`, 3 by itself; that of their random moments
/// `xlmr.kills.seed`. Four of five moments lie in the time in which a run trains, saves and judges;
/// the fifth in its whole life, so that the start and the loading are hit too.
class KilledRunsTest {
    private static final int KILLS = Integer.getInteger("xlmr.kills", 3);

    /// Lives of a run that is killed all the time, or it would get nowhere.
    private static final int LIVES = 8;

    private static final long LONGEST_SECONDS = 300;

    @TempDir private static Path shared;
    private static long wholeMilliseconds;
    private static long trainingMilliseconds;

    @TempDir private Path directory;
    private Path train;
    private Path validation;
    private Path out;
    private Path err;

    @BeforeEach
    void writeData() throws IOException {
        train = Sentences.first(directory, "train.tsv", 24);
        validation = Sentences.first(directory, "validation.tsv", 12);
        out = directory.resolve("out.txt");
        err = directory.resolve("err.txt");
    }

    private Process start(int largestFile, Path output, String... more) throws IOException {
        List<Object> arguments = new ArrayList<>();
        arguments.addAll(
                List.of("train", "--train", train, "--validation", validation, "--output", output));
        arguments.addAll(List.of("--label-column=category", "--epochs=12", "--batch-size=4"));
        arguments.addAll(
                List.of(
                        "--learning-rate=1e-3",
                        "--save-steps=2",
                        "--max-length=16",
                        "--threads=1"));
        arguments.addAll(List.of(more));
        return ChildCommand.start(largestFile, out, err, arguments.toArray());
    }

    private int finish(Process process) throws InterruptedException, IOException {
        assertThat(process.waitFor(LONGEST_SECONDS, TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }

    /// A run that nothing happens to, made once for all tests.
    private Path whole() throws IOException, InterruptedException {
        Path whole = shared.resolve("whole");
        if (!Files.exists(whole)) {
            long begin = System.nanoTime();
            Process process = start(0, whole);
            awaitTraining(process);
            long trains = System.nanoTime();
            int exitCode = finish(process);
            assertThat(exitCode).as(Files.readString(err)).isZero();
            wholeMilliseconds = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin);
            trainingMilliseconds = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - trains);
        }
        return whole;
    }

    /// Waits until a run says that it trains, or goes on, or is at its end.
    private void awaitTraining(Process process) throws IOException, InterruptedException {
        while (process.isAlive() && !Files.readString(out).contains("training ")) {
            Thread.sleep(1);
        }
    }

    @Test
    void aKilledRunGoesOnToTheSameBits() throws IOException, InterruptedException {
        Path whole = whole();
        SplittableRandom random = new SplittableRandom(Long.getLong("xlmr.kills.seed", 1));
        int kills = 0;
        int goneOn = 0;
        int round = 0;
        while (kills < KILLS) {
            Path output = directory.resolve("killed-" + round++);
            boolean finished = false;
            while (!finished) {
                Process process = start(0, output, "--resume");
                if (kills < KILLS && killedSoon(process, random)) {
                    kills++;
                } else {
                    finished = true;
                    int exitCode = finish(process);
                    assertThat(exitCode).as(Files.readString(err)).isZero();
                }
                goneOn += Files.readString(out).contains("going on from") ? 1 : 0;
            }
            assertSameModel(whole, output);
            delete(output);
            System.out.printf("run %d: %d kills so far%n", round, kills);
        }
        System.out.printf(
                "%d kills in %d runs, gone on from a checkpoint %d times%n", kills, round, goneOn);
        assertThat(goneOn).as("lives that went on from a checkpoint").isPositive();
    }

    /// Kills a run at a random moment, unless it ends before.
    private boolean killedSoon(Process process, SplittableRandom random)
            throws IOException, InterruptedException {
        long longest = wholeMilliseconds;
        if (random.nextInt(5) > 0) {
            awaitTraining(process);
            longest = trainingMilliseconds * 2 / LIVES;
        }
        if (process.waitFor(random.nextLong(longest), TimeUnit.MILLISECONDS)) {
            return false;
        }
        process.destroyForcibly().waitFor();
        return true;
    }

    /// Killed while it saved its first state, a run leaves no checkpoint, but a folder.
    @Test
    void aRunThatWasKilledInItsFirstCheckpointBeginsAgain()
            throws IOException, InterruptedException {
        Path output = directory.resolve("early");
        Path left = Files.createDirectories(output.resolve(".checkpoint-unfinished"));
        Files.writeString(left.resolve(".trainer_state.json.0123456789abcdef.tmp"), "{");
        int exitCode = finish(start(0, output, "--resume", "--tune=head"));
        assertThat(exitCode).as(Files.readString(err)).isZero();
        assertThat(left).doesNotExist();
    }

    /// A checkpoint holds two moments for each number that trains, so there is a limit that lets an
    /// adapter pass and its checkpoints not.
    @Test
    void whereCheckpointsDoNotFitTheRunGoesOn() throws IOException, InterruptedException {
        String[] adapter = {"--lora=r=8,alpha=16,targets=query+value", "--save=adapter"};
        Path whole = directory.resolve("adapter");
        assertThat(finish(start(0, whole, adapter))).isZero();
        Path weights = whole.resolve("adapter_model.safetensors");
        int justTheAdapter = (int) (Files.size(weights) / 512 + 96);
        Path output = directory.resolve("full");
        int exitCode = finish(start(justTheAdapter, output, adapter));
        List<String> lines = Files.readAllLines(err);
        assertThat(exitCode).as("%s", lines).isZero();
        assertThat(lines)
                .filteredOn(line -> line.contains("the checkpoint could not be saved"))
                .as("what it warns of")
                .isNotEmpty()
                .allMatch(line -> line.contains("File too large"));
        assertThat(output.resolve("adapter_model.safetensors")).hasSameBinaryContentAs(weights);
    }

    @Test
    void aFullDiskLosesNothing() throws IOException, InterruptedException {
        Path whole = whole();
        Path output = directory.resolve("full");
        Process first = start(0, output);
        while (first.isAlive() && new RunFolders(output).last().map(this::step).orElse(0L) < 8) {
            Thread.sleep(5);
        }
        first.destroyForcibly().waitFor();
        Path checkpoint = new RunFolders(output).last().orElseThrow();
        assertThat(finish(start(64, output, "--resume"))).isEqualTo(1);
        assertThat(Files.readAllLines(err).getLast())
                .startsWith("xlmr: ")
                .contains("File too large");
        assertThat(new RunFolders(output).last()).contains(checkpoint);
        int exitCode = finish(start(0, output, "--resume"));
        assertThat(exitCode).as(Files.readString(err)).isZero();
        assertSameModel(whole, output);
    }

    private long step(Path folder) {
        String name = folder.getFileName().toString();
        return Long.parseLong(name.substring(name.indexOf('-') + 1));
    }

    private static void assertSameModel(Path expected, Path found) throws IOException {
        for (String name : List.of("model.safetensors", "config.json", "sentencepiece.bpe.model")) {
            assertThat(found.resolve(name)).hasSameBinaryContentAs(expected.resolve(name));
        }
        assertThat(found.resolve("training.json")).exists();
        try (Stream<Path> beside = Files.list(found.resolveSibling(""))) {
            assertThat(beside.map(file -> file.getFileName().toString()))
                    .as("what is left of runs that were killed")
                    .noneMatch(name -> name.startsWith("." + found.getFileName() + ".new-"));
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
