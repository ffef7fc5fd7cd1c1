/// SentencePiece for inference, exactly as the C++ library 0.2.3 answers.
@NullMarked
package xlmr.tokenizer.sentencepiece;

import org.jspecify.annotations.NullMarked;
