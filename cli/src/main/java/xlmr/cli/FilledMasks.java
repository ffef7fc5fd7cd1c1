package xlmr.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import xlmr.backend.Backend;
import xlmr.data.Example;
import xlmr.model.Task;
import xlmr.pipeline.FillMask;

/// Texts with masks in, candidates out.
///
/// @param json whether for a script: one JSON object a text
/// @param candidates of each mask
record FilledMasks(Streams streams, boolean json, int candidates) {
    /// Fills all texts, one at a time.
    void write(Path directory, Backend backend, TextInput.Texts texts) {
        FillMask fillMask = FillMask.load(directory, backend);
        TrainedHead.require(fillMask.report(), directory, Task.MASKED_LM);
        List<Example> next = texts.next(1);
        while (!next.isEmpty()) {
            String text = next.getFirst().text();
            print(text, fillMask.fill(text, candidates));
            next = texts.next(1);
        }
    }

    private void print(String text, List<FillMask.FilledMask> masks) {
        if (json) {
            Map<String, Object> object = new LinkedHashMap<>();
            object.put("text", text);
            object.put("masks", masks.stream().map(FilledMasks::json).toList());
            Json.printLine(streams.out(), object);
            return;
        }
        for (FillMask.FilledMask mask : masks) {
            for (FillMask.Candidate candidate : mask.candidates()) {
                streams.out()
                        .printf(
                                "%5.1f %%  %-16s %s%n",
                                100 * candidate.probability(),
                                Printable.line(candidate.piece()),
                                Printable.line(candidate.text()));
            }
        }
    }

    private static Map<String, Object> json(FillMask.FilledMask mask) {
        List<Map<String, Object>> candidates = new ArrayList<>();
        for (FillMask.Candidate candidate : mask.candidates()) {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("token", candidate.id());
            fields.put("piece", candidate.piece());
            fields.put("probability", candidate.probability());
            fields.put("text", candidate.text());
            candidates.add(fields);
        }
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("start", mask.start());
        object.put("end", mask.end());
        object.put("candidates", candidates);
        return object;
    }
}
