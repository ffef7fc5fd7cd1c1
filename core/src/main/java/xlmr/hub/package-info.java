/// Models from the Hugging Face Hub, in the cache that Hugging Face's own programs use. Knows
/// files, not models.
@NullMarked
package xlmr.hub;

import org.jspecify.annotations.NullMarked;
