package xlmr.cuda;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import xlmr.backend.Backend;
import xlmr.backend.BackendChoice;
import xlmr.backend.BackendProvider;
import xlmr.backend.BackendUnavailableException;
import xlmr.backend.Precision;
import xlmr.backend.Ranks;

/// Brings NVIDIA GPUs to `--device cuda`. The property `xlmr.cuda.device` is the number of the GPU
/// where `--device` names none, 0 without it.
public final class CudaBackendProvider implements BackendProvider {
    @Override
    public String device() {
        return "cuda";
    }

    @Override
    public BackendChoice open(List<Integer> numbers, Precision asked) {
        try {
            CudaPrecision precision = CudaPrecision.of(asked);
            return numbers.size() < 2
                    ? open(numbers.isEmpty() ? ordinal() : numbers.getFirst(), precision)
                    : openAll(numbers, precision);
        } catch (CudaException failed) {
            throw new BackendUnavailableException(String.valueOf(failed.getMessage()), failed);
        }
    }

    private static BackendChoice open(int number, CudaPrecision precision) {
        CudaDevice device = CudaDevice.open(number, precision);
        String reason =
                "cuda: %s; %s, %s".formatted(device.facts(), device.libraries(), precision.name());
        return new BackendChoice(new CudaBackend(device), reason, Optional.empty());
    }

    /// The first of several, which train together.
    private static BackendChoice openAll(List<Integer> numbers, CudaPrecision precision) {
        List<CudaDevice> devices = new ArrayList<>();
        try {
            for (int number : numbers) {
                devices.add(CudaDevice.open(number, precision));
            }
            NcclSums sums = NcclSums.over(devices);
            List<Backend> backends = new ArrayList<>();
            devices.forEach(device -> backends.add(new CudaBackend(device)));
            Ranks ranks =
                    new Ranks(
                            numbers.stream().map(number -> "cuda:" + number).toList(),
                            backends.subList(1, backends.size()),
                            sums);
            String reason =
                    "cuda: %s; %s, NCCL %s, %s"
                            .formatted(
                                    devices.stream()
                                            .map(device -> device.facts().toString())
                                            .collect(Collectors.joining(" and ")),
                                    devices.getFirst().libraries(),
                                    sums.version(),
                                    precision.name());
            return new BackendChoice(
                    new CudaBackend(devices.getFirst(), ranks), reason, Optional.empty());
        } catch (RuntimeException failed) {
            devices.forEach(CudaDevice::close);
            throw failed;
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
            found.put("devices", CudaDriver.count());
            found.put("nccl", nccl());
        } catch (BackendUnavailableException | CudaException failed) {
            found.put("problem", String.valueOf(failed.getMessage()));
        }
        return found;
    }

    /// Its version, or how to get it.
    private static String nccl() {
        try {
            return NcclSums.versionHere();
        } catch (BackendUnavailableException missing) {
            return String.valueOf(missing.getMessage());
        }
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
