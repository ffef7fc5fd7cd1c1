package xlmr.pipeline;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import xlmr.model.LoraSettings;
import xlmr.model.NamedHead;
import xlmr.model.WeightSource;
import xlmr.model.XlmRobertaConfig;
import xlmr.model.XlmRobertaModel;
import xlmr.tokenizer.XlmRobertaTokenizer;
import xlmr.train.AdapterWriter;
import xlmr.train.Lesson;
import xlmr.train.ModelWriter;
import xlmr.train.Tune;

/// Writes an encoder and the heads that were trained with it into one directory, each by itself.
final class JointWriter implements Consumer<WeightSource> {
    private final JointFineTuning job;
    private final XlmRobertaConfig config;
    private final XlmRobertaModel encoder;
    private final List<Lesson> lessons;
    private final boolean encoderTrains;
    private boolean written;

    /// @param config of the bare encoder
    /// @param encoder without adapters
    JointWriter(
            JointFineTuning job,
            XlmRobertaConfig config,
            XlmRobertaModel encoder,
            List<Lesson> lessons) {
        this.job = job;
        this.config = config;
        this.encoder = encoder;
        this.lessons = lessons;
        this.encoderTrains =
                encoder.parameters().stream()
                        .anyMatch(p -> job.options().tune().trainable(config).test(p.name()));
    }

    /// Writes everything; an encoder that does not train only once.
    @Override
    public void accept(WeightSource source) {
        if (encoderTrains || !written) {
            new ModelWriter(job.output(), XlmRobertaTokenizer.tokenizerFiles(job.model()))
                    .write(encoder, config, source);
            written = true;
        }
        for (Lesson lesson : lessons) {
            if (lesson.weight() == 0) {
                continue; // as it was drawn, which would answer at random
            }
            Path place = NamedHead.place(job.output(), lesson.name());
            NamedHead.write(place, lesson.model(), source);
            if (job.options().tune() instanceof Tune.Lora(LoraSettings settings)) {
                new AdapterWriter(NamedHead.adapter(place), job.model().toString())
                        .write(lesson.model(), settings);
            }
        }
    }
}
