/// The vocabulary as flat arrays: texts of the pieces, and a double-array trie over them.
@NullMarked
package xlmr.tokenizer.piece;

import org.jspecify.annotations.NullMarked;
