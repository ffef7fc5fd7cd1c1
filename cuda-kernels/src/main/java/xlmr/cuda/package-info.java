/// The kernels of the GPU backend: CUDA C, compiled at run time for the device that is there.
@NullMarked
package xlmr.cuda;

import org.jspecify.annotations.NullMarked;
