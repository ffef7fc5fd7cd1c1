/// The instruction set: what the instructions of PTX mean, and how a kernel is decoded once into
/// steps that the machine runs.
@NullMarked
package xlmr.ptx.instructions;

import org.jspecify.annotations.NullMarked;
