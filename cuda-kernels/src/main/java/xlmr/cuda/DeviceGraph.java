package xlmr.cuda;

import static org.bytedeco.cuda.global.cudart.CU_STREAM_CAPTURE_MODE_THREAD_LOCAL;
import static org.bytedeco.cuda.global.cudart.cuGraphDestroy;
import static org.bytedeco.cuda.global.cudart.cuGraphExecDestroy;
import static org.bytedeco.cuda.global.cudart.cuGraphInstantiate;
import static org.bytedeco.cuda.global.cudart.cuGraphLaunch;
import static org.bytedeco.cuda.global.cudart.cuStreamBeginCapture;
import static org.bytedeco.cuda.global.cudart.cuStreamEndCapture;

import org.bytedeco.cuda.cudart.CUgraphExec_st;
import org.bytedeco.cuda.cudart.CUgraph_st;

/// Launches that were recorded, with the arguments that they had, to be done again with one call
/// (CUDA graphs).
final class DeviceGraph implements AutoCloseable {
    private final CudaDriver driver;
    private final CUgraphExec_st executable;

    private DeviceGraph(CudaDriver driver, CUgraphExec_st executable) {
        this.driver = driver;
        this.executable = executable;
    }

    /// Records what `body` asks of the driver's stream, instead of doing it.
    ///
    /// @throws NotRecordableException if the body allocates, copies from or to the host, or waits
    static DeviceGraph record(CudaDriver driver, Runnable body) {
        CUgraph_st graph = new CUgraph_st();
        DriverStatus.check(
                cuStreamBeginCapture(driver.stream(), CU_STREAM_CAPTURE_MODE_THREAD_LOCAL),
                "begin a graph");
        driver.setRecording(true);
        boolean isDone = false;
        int ended = 0;
        try {
            body.run();
            isDone = true;
        } finally {
            // The stream has to come out of it whatever happened.
            driver.setRecording(false);
            ended = cuStreamEndCapture(driver.stream(), graph);
            if (!isDone && !graph.isNull()) {
                cuGraphDestroy(graph);
            }
        }
        DriverStatus.check(ended, "end a graph");
        try {
            CUgraphExec_st executable = new CUgraphExec_st();
            DriverStatus.check(cuGraphInstantiate(executable, graph, 0), "make a graph ready");
            return new DeviceGraph(driver, executable);
        } finally {
            cuGraphDestroy(graph);
        }
    }

    /// Does what was recorded, after everything that was asked for before.
    void launch() {
        DriverStatus.check(cuGraphLaunch(executable, driver.stream()), "launch a graph");
    }

    /// What is under way is still finished.
    @Override
    public void close() {
        DriverStatus.check(cuGraphExecDestroy(executable), "give a graph back");
    }
}
