/// The commands of the xlmr launcher.
@NullMarked
package xlmr.cli;

import org.jspecify.annotations.NullMarked;
