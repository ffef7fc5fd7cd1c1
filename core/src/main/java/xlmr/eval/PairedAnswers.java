package xlmr.eval;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// What two models say of the same examples, beside what is right: what [PairedComparison] is made
/// of. One kind a task.
public sealed interface PairedAnswers {
    /// The number of examples, which are drawn and exchanged as wholes.
    int examples();

    /// One label a text.
    ///
    /// @param labels the K names
    /// @param truth `[B]` the right label of each text
    /// @param first `[B]` what the first says
    /// @param second `[B]` what the second says
    record Classes(List<String> labels, int[] truth, int[] first, int[] second)
            implements PairedAnswers {
        /// Checks.
        ///
        /// @throws IllegalArgumentException if there is no text, lengths differ, or a label is not
        ///   one of the K
        public Classes {
            labels = List.copyOf(labels);
            requireSame(truth.length, first.length, second.length);
            for (int[] ids : List.of(truth, first, second)) {
                for (int i = 0; i < ids.length; i++) {
                    if (ids[i] < 0 || ids[i] >= labels.size()) {
                        throw new IllegalArgumentException(
                                "comparison: expected labels from 0 to %d, found %d in example %d"
                                        .formatted(labels.size() - 1, ids[i], i));
                    }
                }
            }
        }

        @Override
        public int examples() {
            return truth.length;
        }
    }

    /// Any number of labels a text.
    ///
    /// @param labels the K names
    /// @param truth `[B, K]` which labels each text has
    /// @param first `[B, K]` which the first gives it
    /// @param second `[B, K]` which the second gives it
    record Labels(List<String> labels, boolean[][] truth, boolean[][] first, boolean[][] second)
            implements PairedAnswers {
        /// Checks.
        ///
        /// @throws IllegalArgumentException if there is no text, lengths differ, or a row has not K
        ///   flags
        public Labels {
            labels = List.copyOf(labels);
            requireSame(truth.length, first.length, second.length);
            for (boolean[][] rows : List.of(truth, first, second)) {
                for (boolean[] row : rows) {
                    if (row.length != labels.size()) {
                        throw new IllegalArgumentException(
                                "comparison: expected %d flags in each row, found %d"
                                        .formatted(labels.size(), row.length));
                    }
                }
            }
        }

        @Override
        public int examples() {
            return truth.length;
        }
    }

    /// A number a text.
    ///
    /// @param truth `[B]` the right numbers
    /// @param first `[B]` what the first says
    /// @param second `[B]` what the second says
    record Numbers(double[] truth, double[] first, double[] second) implements PairedAnswers {
        /// Checks.
        ///
        /// @throws IllegalArgumentException if there is no text, lengths differ, or a number is not
        ///   finite
        public Numbers {
            requireSame(truth.length, first.length, second.length);
            for (double[] numbers : List.of(truth, first, second)) {
                for (int i = 0; i < numbers.length; i++) {
                    if (!Double.isFinite(numbers[i])) {
                        throw new IllegalArgumentException(
                                "comparison: expected finite numbers, found %s in example %d"
                                        .formatted(numbers[i], i));
                    }
                }
            }
        }

        @Override
        public int examples() {
            return truth.length;
        }
    }

    /// A tag a word.
    ///
    /// @param words of each sentence
    /// @param truth their right tags
    /// @param first what the first says
    /// @param second what the second says
    /// @param entities whether the tags mark entities, which are then compared; else the tags are
    /// @param scheme to read entities by strictly; null: leniently
    record Tags(
            List<List<String>> words,
            List<List<String>> truth,
            List<List<String>> first,
            List<List<String>> second,
            boolean entities,
            @Nullable TagScheme scheme)
            implements PairedAnswers {
        /// Checks.
        ///
        /// @throws IllegalArgumentException if there is no sentence, or numbers of words differ
        public Tags {
            words = List.copyOf(words);
            truth = List.copyOf(truth);
            first = List.copyOf(first);
            second = List.copyOf(second);
            requireSame(truth.size(), first.size(), second.size());
            for (int i = 0; i < truth.size(); i++) {
                int count = words.get(i).size();
                if (truth.get(i).size() != count
                        || first.get(i).size() != count
                        || second.get(i).size() != count) {
                    throw new IllegalArgumentException(
                            "comparison: expected %d tags for sentence %d (counted from 0), found %d, %d and %d"
                                    .formatted(
                                            count,
                                            i,
                                            truth.get(i).size(),
                                            first.get(i).size(),
                                            second.get(i).size()));
                }
            }
        }

        @Override
        public int examples() {
            return truth.size();
        }
    }

    /// A stretch of a text a question, or none.
    ///
    /// @param first what the first says, with the right answers
    /// @param second what the second says to the same questions
    /// @param threshold no answer is given if the no-answer score is above it
    record Spans(List<AnsweredQuestion> first, List<AnsweredQuestion> second, double threshold)
            implements PairedAnswers {
        /// Checks.
        ///
        /// @throws IllegalArgumentException if there is no question, or the right answers differ
        public Spans {
            first = List.copyOf(first);
            second = List.copyOf(second);
            requireSame(first.size(), first.size(), second.size());
            for (int i = 0; i < first.size(); i++) {
                if (!first.get(i).truths().equals(second.get(i).truths())) {
                    throw new IllegalArgumentException(
                            "comparison: expected the same right answers on both sides, found %s and %s for question %d (counted from 0)"
                                    .formatted(first.get(i).truths(), second.get(i).truths(), i));
                }
            }
        }

        @Override
        public int examples() {
            return first.size();
        }
    }

    /// One of several choices a question.
    ///
    /// @param truth `[B]` the right choice of each question, counted from 0
    /// @param first `[B]` what the first chooses
    /// @param second `[B]` what the second chooses
    record Choices(int[] truth, int[] first, int[] second) implements PairedAnswers {
        /// Checks.
        ///
        /// @throws IllegalArgumentException if there is no question, or lengths differ
        public Choices {
            requireSame(truth.length, first.length, second.length);
        }

        @Override
        public int examples() {
            return truth.length;
        }
    }

    private static void requireSame(int examples, int first, int second) {
        if (examples == 0 || examples != first || examples != second) {
            throw new IllegalArgumentException(
                    "comparison: expected as many answers of both as there are labelled examples, at least one; found %d and %d answers for %d examples"
                            .formatted(first, second, examples));
        }
    }
}
