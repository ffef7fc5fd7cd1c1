package xlmr.checkpoint;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;
import xlmr.checkpoint.PickleValue.Mapping;
import xlmr.checkpoint.PickleValue.TensorValue;

/// The named tensors within an object that was saved: the object itself if it is a dict of them, or
/// one of its entries, as training scripts save a model beside an optimizer's state.
///
/// @param tensors by name, in the order of the file
/// @param metadata which entry they are of, and what was taken off their names
record StateDict(SequencedMap<String, TorchTensor> tensors, Map<String, String> metadata) {
    /// Under what training scripts put the model, the more telling first.
    private static final List<String> USUAL =
            List.of("state_dict", "model_state_dict", "model", "module", "net", "weights");

    /// What `DataParallel` and `DistributedDataParallel` put before each name.
    private static final String WRAPPED = "module.";

    /// Finds the tensors.
    ///
    /// @param source names the file in messages
    /// @throws CheckpointException if there are none, or several entries could be meant
    static StateDict find(String source, PickleValue root) {
        if (!(root instanceof Mapping mapping)) {
            throw new CheckpointException(
                    source,
                    "holds %s; expected a dict of tensors by name".formatted(root.words()),
                    "save a state dict: torch.save(model.state_dict(), ...)");
        }
        Map<String, String> metadata = new LinkedHashMap<>();
        SequencedMap<String, TorchTensor> tensors = tensorsOf(mapping);
        Optional<String> entry = entry(source, mapping, !tensors.isEmpty());
        if (entry.isPresent()) {
            tensors = tensorsOf(mapping.entries().get(entry.get()));
            metadata.put("state_dict", entry.get());
        }
        if (tensors.keySet().stream().allMatch(name -> name.startsWith(WRAPPED))) {
            SequencedMap<String, TorchTensor> unwrapped = new LinkedHashMap<>();
            tensors.forEach(
                    (name, tensor) -> unwrapped.put(name.substring(WRAPPED.length()), tensor));
            tensors = unwrapped;
            metadata.put("without_prefix", WRAPPED);
        }
        return new StateDict(tensors, metadata);
    }

    // The entry that holds the model; empty if the tensors are in the dict itself. A state of a
    // random generator is a tensor, too, and stands beside the model.
    private static Optional<String> entry(String source, Mapping root, boolean hasTensors) {
        List<String> found =
                root.entries().entrySet().stream()
                        .filter(entry -> !tensorsOf(entry.getValue()).isEmpty())
                        .map(Map.Entry::getKey)
                        .toList();
        Optional<String> usual = USUAL.stream().filter(found::contains).findFirst();
        if (usual.isPresent() || hasTensors) {
            return usual;
        }
        if (found.isEmpty()) {
            throw new CheckpointException(
                    source,
                    "holds a dict without any tensor (%s)"
                            .formatted(String.join(", ", root.entries().keySet())));
        }
        if (found.size() > 1) {
            throw new CheckpointException(
                    source,
                    "tensors in several entries: %s".formatted(String.join(", ", found)),
                    "save one of them alone");
        }
        return Optional.of(found.getFirst());
    }

    private static SequencedMap<String, TorchTensor> tensorsOf(@Nullable PickleValue value) {
        SequencedMap<String, TorchTensor> tensors = new LinkedHashMap<>();
        if (value instanceof Mapping mapping) {
            mapping.entries()
                    .forEach(
                            (name, entry) -> {
                                if (entry instanceof TensorValue(TorchTensor tensor)) {
                                    tensors.put(name, tensor);
                                }
                            });
        }
        return tensors;
    }
}
