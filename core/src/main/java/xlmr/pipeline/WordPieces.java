package xlmr.pipeline;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import xlmr.backend.CrossEntropy;
import xlmr.data.LabelSet;
import xlmr.data.TaggedSentence;
import xlmr.model.Targets;
import xlmr.tokenizer.Encoding;
import xlmr.tokenizer.EncodingOptions;
import xlmr.tokenizer.XlmRobertaTokenizer;

/// Words as a tagger reads them: each as its pieces, with its tag at the first of them. A word of
/// which the tokenizer leaves nothing is read as one unknown piece, so that every word has a tag.
///
/// @param windows the sequences, in which the first pieces are wanted
/// @param firsts of each sentence, the token at which each word begins
record WordPieces(TokenWindows windows, List<int[]> firsts) {
    private static final EncodingOptions BARE = EncodingOptions.defaults().withSpecialTokens(false);

    static WordPieces of(
            List<List<String>> sentences, XlmRobertaTokenizer tokenizer, TokenWindows.Cut cut) {
        TokenWindows.Builder windows = new TokenWindows.Builder(cut);
        List<int[]> firsts = new ArrayList<>(sentences.size());
        for (List<String> words : sentences) {
            firsts.add(add(words, tokenizer, cut.room(), windows));
        }
        return new WordPieces(windows.build(), firsts);
    }

    /// The pieces of one sentence.
    ///
    /// @param ids `[T]`
    /// @param firsts the token at which each word begins
    /// @param words `[T]` the word of each token
    /// @param starts `[T]` where it begins in its word, as a UTF-16 index
    /// @param ends `[T]` where it ends in its word
    record Sentence(int[] ids, int[] firsts, int[] words, int[] starts, int[] ends) {}

    private static int[] add(
            List<String> words,
            XlmRobertaTokenizer tokenizer,
            int room,
            TokenWindows.Builder windows) {
        Sentence sentence = sentence(words, tokenizer, room);
        boolean[] wanted = new boolean[sentence.ids().length];
        for (int first : sentence.firsts()) {
            wanted[first] = true;
        }
        windows.add(sentence.ids(), wanted);
        return sentence.firsts();
    }

    /// Of a word that is longer than a window only as much is read as fits.
    static Sentence sentence(List<String> words, XlmRobertaTokenizer tokenizer, int room) {
        Encoding pieces = tokenizer.encodeWords(words, BARE);
        int[] firsts = new int[words.size()];
        int[] ids = new int[pieces.length() + words.size()];
        int[] owners = new int[ids.length];
        int[] starts = new int[ids.length];
        int[] ends = new int[ids.length];
        int count = 0;
        int piece = 0;
        for (int word = 0; word < firsts.length; word++) {
            firsts[word] = count;
            while (piece < pieces.length() && pieces.wordIds()[piece] == word) {
                if (count - firsts[word] < room) {
                    ids[count] = pieces.ids()[piece];
                    owners[count] = word;
                    starts[count] = pieces.starts()[piece];
                    ends[count++] = pieces.ends()[piece];
                }
                piece++;
            }
            if (count == firsts[word]) {
                ids[count] = tokenizer.unkId();
                owners[count] = word;
                ends[count++] = words.get(word).length();
            }
        }
        return new Sentence(
                Arrays.copyOf(ids, count),
                firsts,
                Arrays.copyOf(owners, count),
                Arrays.copyOf(starts, count),
                Arrays.copyOf(ends, count));
    }

    /// What the model should say of the first piece of each word, and of nothing else.
    Targets.TokenClasses targets(List<TaggedSentence> sentences, LabelSet labels) {
        int[][] targets = new int[windows.sequences().size()][];
        for (int m = 0; m < targets.length; m++) {
            targets[m] = new int[windows.sequences().get(m).length];
            Arrays.fill(targets[m], CrossEntropy.IGNORE);
        }
        for (int s = 0; s < firsts.size(); s++) {
            int[] ids = labels.idsOf(sentences.get(s));
            TokenWindows.Places places = windows.texts().get(s);
            for (int word = 0; word < ids.length; word++) {
                int first = firsts.get(s)[word];
                targets[places.sequences()[first]][places.rows()[first]] = ids[word];
            }
        }
        return new Targets.TokenClasses(targets);
    }

    /// What is said of a word: a row of K numbers.
    ///
    /// @param logits of each sequence `[M][R K]`
    double[] row(float[][] logits, int sentence, int word, int labels) {
        return windows.row(logits, sentence, firsts.get(sentence)[word], labels);
    }
}
