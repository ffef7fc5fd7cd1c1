/// Text to ids with offsets into the original text. Knows no tensor.
@NullMarked
package xlmr.tokenizer;

import org.jspecify.annotations.NullMarked;
