package xlmr.cuda;

import static org.bytedeco.cuda.global.nccl.ncclGetErrorString;
import static org.bytedeco.cuda.global.nccl.ncclGetLastError;
import static org.bytedeco.cuda.global.nccl.ncclInternalError;
import static org.bytedeco.cuda.global.nccl.ncclInvalidArgument;
import static org.bytedeco.cuda.global.nccl.ncclInvalidUsage;
import static org.bytedeco.cuda.global.nccl.ncclRemoteError;
import static org.bytedeco.cuda.global.nccl.ncclSuccess;
import static org.bytedeco.cuda.global.nccl.ncclSystemError;
import static org.bytedeco.cuda.global.nccl.ncclUnhandledCudaError;

import org.bytedeco.javacpp.BytePointer;
import org.jspecify.annotations.Nullable;

/// What NCCL's calls return, in words and with a remedy.
final class NcclStatus {
    private NcclStatus() {}

    /// @throws CudaException unless the status is 0
    static void check(int status, String what) {
        if (status != ncclSuccess) {
            throw new CudaException(
                    "device cuda: NCCL cannot %s: %s%s; %s"
                            .formatted(
                                    what,
                                    text(ncclGetErrorString(status)),
                                    details(text(ncclGetLastError(null))),
                                    remedy(status)));
        }
    }

    private static String text(@Nullable BytePointer words) {
        return words == null || words.isNull() ? "" : words.getString();
    }

    private static String details(String text) {
        String line = text.lines().filter(one -> !one.isBlank()).findFirst().orElse("").strip();
        return line.isEmpty() ? "" : " (%s)".formatted(line);
    }

    /// By NCCL's guide to its results and to trouble.
    private static String remedy(int status) {
        String alone = "name one GPU, such as --device cuda:0";
        if (status == ncclUnhandledCudaError) {
            return "a GPU failed or its driver is too old for this NCCL: look at nvidia-smi,"
                    + " install another %s, or ".formatted(CudaLibraries.NCCL_WHEEL)
                    + alone;
        }
        if (status == ncclSystemError) {
            return "a call of the operating system failed: /dev/shm may be full or too small (a"
                    + " container needs --shm-size=1g); NCCL_DEBUG=INFO says more; or "
                    + alone;
        }
        if (status == ncclRemoteError) {
            return "another GPU failed first; " + alone;
        }
        if (status == ncclInvalidUsage || status == ncclInvalidArgument) {
            return "the GPUs named may not be usable together: NCCL_DEBUG=WARN says why; or "
                    + alone;
        }
        if (status == ncclInternalError) {
            return "NCCL_DEBUG=INFO says more; or " + alone;
        }
        return alone + ", and report this line";
    }
}
