package xlmr.cli;

import java.util.List;
import java.util.function.IntFunction;
import xlmr.data.Example;
import xlmr.eval.PairedAnswers;

/// Answers of two models to the same examples, and what these are in words.
///
/// @param answers of both, beside what is right
/// @param text of an example, by its place
record ComparedTexts(PairedAnswers answers, IntFunction<String> text) {
    static ComparedTexts of(PairedAnswers answers, List<Example> examples) {
        return new ComparedTexts(answers, row -> examples.get(row).text());
    }
}
