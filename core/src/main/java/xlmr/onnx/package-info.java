/// Models as ONNX files, for other programs to run: the graph, its weights, and the files beside
/// them.
@NullMarked
package xlmr.onnx;

import org.jspecify.annotations.NullMarked;
