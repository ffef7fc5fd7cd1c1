/// XLM-RoBERTa: configuration, embeddings, encoder, heads, loading by name.
@NullMarked
package xlmr.model;

import org.jspecify.annotations.NullMarked;
