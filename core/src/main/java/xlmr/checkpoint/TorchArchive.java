package xlmr.checkpoint;

/// What `torch.save` wrote, in either of its formats: an object, and where the storages of its
/// tensors lie.
interface TorchArchive {
    /// The object that was saved.
    PickleValue root();

    /// How one of its tensors is read.
    ///
    /// @throws CheckpointException if its storage is missing or damaged
    StoredArray array(String name, TorchTensor tensor);
}
