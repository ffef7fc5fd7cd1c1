package xlmr.cuda;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import xlmr.backend.BackendChoice;
import xlmr.backend.BackendProvider;
import xlmr.backend.BackendUnavailableException;
import xlmr.backend.Precision;

/// Brings NVIDIA GPUs to `--device cuda`. The property `xlmr.cuda.device` is the number of the GPU,
/// 0 without it.
public final class CudaBackendProvider implements BackendProvider {
    @Override
    public String device() {
        return "cuda";
    }

    @Override
    public BackendChoice open(Precision asked) {
        try {
            CudaPrecision precision = CudaPrecision.of(asked);
            CudaDevice device = CudaDevice.open(ordinal(), precision);
            String reason =
                    "cuda: %s; %s, %s"
                            .formatted(device.facts(), device.libraries(), precision.name());
            return new BackendChoice(new CudaBackend(device), reason, Optional.empty());
        } catch (CudaException failed) {
            throw new BackendUnavailableException(String.valueOf(failed.getMessage()), failed);
        }
    }

    @Override
    public Map<String, Object> describe() {
        Map<String, Object> found = new LinkedHashMap<>();
        try {
            DeviceFacts facts = CudaDriver.facts(ordinal());
            found.put("device", facts.name());
            found.put("compute_capability", facts.major() + "." + facts.minor());
            found.put("multiprocessors", facts.multiprocessors());
            found.put("memory_bytes", facts.memoryBytes());
            found.put("driver_cuda", facts.driver());
            NvrtcCompiler compiler = new NvrtcCompiler();
            found.put("nvrtc", compiler.version());
            found.put("target", compiler.target(facts.architecture()));
        } catch (BackendUnavailableException | CudaException failed) {
            found.put("problem", String.valueOf(failed.getMessage()));
        }
        return found;
    }

    private static int ordinal() {
        String number = System.getProperty("xlmr.cuda.device", "0");
        if (!number.matches("\\d{1,4}")) {
            throw new BackendUnavailableException(
                    "device cuda: xlmr.cuda.device expects the number of a GPU, found " + number);
        }
        return Integer.parseInt(number);
    }
}
