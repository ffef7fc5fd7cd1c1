/// The pipeline of a `tokenizer.json`, exactly as Hugging Face's tokenizers 0.23.3 answers.
@NullMarked
package xlmr.tokenizer.huggingface;

import org.jspecify.annotations.NullMarked;
