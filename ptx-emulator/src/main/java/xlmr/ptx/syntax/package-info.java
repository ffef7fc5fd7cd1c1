/// PTX as text: tokens, the parser, and the module that it yields.
@NullMarked
package xlmr.ptx.syntax;

import org.jspecify.annotations.NullMarked;
