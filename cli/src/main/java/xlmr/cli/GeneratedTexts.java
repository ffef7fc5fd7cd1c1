package xlmr.cli;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import xlmr.backend.Backend;
import xlmr.data.Example;
import xlmr.model.Task;
import xlmr.pipeline.GenerationOptions;
import xlmr.pipeline.TextGenerator;

/// Prompts in, texts out.
///
/// @param json whether for a script: one JSON object a text
/// @param options of the generation
record GeneratedTexts(Streams streams, boolean json, GenerationOptions options) {
    GeneratedTexts(Streams streams, boolean json) {
        this(streams, json, GenerationOptions.greedy());
    }

    /// Writes on from all prompts, one at a time.
    void write(Path directory, Backend backend, TextInput.Texts texts) {
        TextGenerator generator = TextGenerator.load(directory, backend);
        TrainedHead.require(generator.report(), directory, Task.CAUSAL_LM);
        List<Example> next = texts.next(1);
        while (!next.isEmpty()) {
            String prompt = next.getFirst().text();
            TextGenerator.Generated generated;
            try (Progress progress = Progress.over(streams, "generate", options.maxNewTokens())) {
                generated = generator.generate(prompt, options, progress::to);
            }
            print(generated);
            next = texts.next(1);
        }
    }

    private void print(TextGenerator.Generated generated) {
        if (json) {
            Map<String, Object> object = new LinkedHashMap<>();
            object.put("prompt", generated.prompt());
            object.put("continuation", generated.continuation());
            object.put("tokens", generated.ids());
            object.put("finished", generated.finished());
            Json.printLine(streams.out(), object);
            return;
        }
        streams.out().println(Printable.line(generated.prompt() + generated.continuation()));
    }
}
