package xlmr.autograd;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import xlmr.backend.Backend;
import xlmr.tensor.Shape;
import xlmr.tensor.Storage;
import xlmr.tensor.Tensor;

/// Operations in the order in which they ran, which is a topological order: the backward pass walks
/// it in reverse.
///
/// Only operations that depend on a trainable parameter are recorded, so the walk ends at the
/// lowest of these. Owned by one thread.
public final class Tape {
    private final Backend backend;
    private final Workspace workspace;
    private final Gradients parameters;
    private final List<Node> nodes = new ArrayList<>();
    private final Map<Tensor, @Nullable Tensor> gradients = new IdentityHashMap<>();
    private final Map<Storage, Storage> values = new IdentityHashMap<>();
    private final @Nullable Consumer<Node> watcher;

    /// Gradients of one number that are known here, so that no device has to be asked.
    private final Map<Tensor, Float> known = new IdentityHashMap<>();

    /// A tape whose backward pass adds to `parameters`.
    public Tape(Backend backend, Workspace workspace, Gradients parameters) {
        this(backend, workspace, parameters, null);
    }

    private Tape(
            Backend backend,
            Workspace workspace,
            Gradients parameters,
            @Nullable Consumer<Node> watcher) {
        this.backend = backend;
        this.workspace = workspace;
        this.parameters = parameters;
        this.watcher = watcher;
    }

    /// A tape that keeps nothing, but shows every operation as soon as it has run, whether or not
    /// anything in it trains. (A look-up in embedding tables alone is not shown.)
    public static Tape watching(Backend backend, Workspace workspace, Consumer<Node> watcher) {
        return new Tape(backend, workspace, Gradients.none(backend), watcher);
    }

    /// The device.
    public Backend backend() {
        return backend;
    }

    /// Whether operations are only shown, see [#watching].
    boolean isWatching() {
        return watcher != null;
    }

    /// A tape for a part of the way that runs now, whose gradients of parameters are this one's.
    ///
    /// @param input what the part reads
    Tape part(Tensor input) {
        Tape part = new Tape(backend, workspace, parameters);
        if (tracks(input)) {
            part.watch(input);
        }
        return part;
    }

    /// A tape for the way back through a part, whose gradients of parameters are this one's.
    ///
    /// @param input what the part reads
    /// @param dInput where its gradient is added up, in the same order as without a part; null if
    ///   nobody asks for it
    Tape inner(Tensor input, @Nullable Tensor dInput) {
        Tape inner = new Tape(backend, workspace, parameters);
        if (dInput != null) {
            inner.gradients.put(input, dInput);
        }
        return inner;
    }

    /// As above, for a part that has run: its operations, and where values that they read lie now.
    ///
    /// @param values by the storage that the operations know
    Tape inner(
            Tensor input, @Nullable Tensor dInput, List<Node> ran, Map<Storage, Storage> values) {
        Tape inner = inner(input, dInput);
        ran.forEach(inner::record);
        inner.values.putAll(values);
        return inner;
    }

    /// The values of an activation that a node [reads][Node#reads].
    Tensor value(Tensor activation) {
        Storage storage = values.get(activation.storage());
        return storage == null ? activation : new Tensor(activation.shape(), storage);
    }

    /// Gradients of the parameters.
    public Gradients parameters() {
        return parameters;
    }

    /// Whether a gradient flows into the tensor: whether a recorded operation made it, or [#watch]
    /// was called.
    public boolean tracks(Tensor tensor) {
        return watcher != null || gradients.containsKey(tensor);
    }

    /// Asks for the gradient of a tensor that no operation made.
    public void watch(Tensor tensor) {
        gradients.put(tensor, null);
    }

    /// Adds an operation.
    public void record(Node node) {
        if (watcher != null) {
            watcher.accept(node);
            return;
        }
        nodes.add(node);
        gradients.put(node.output(), null);
    }

    /// How many operations have been recorded since the last backward pass.
    int size() {
        return nodes.size();
    }

    /// The operations recorded since the last backward pass.
    List<Node> nodes() {
        return List.copyOf(nodes);
    }

    /// The gradient of a tracked tensor, zeros at first; null for others.
    public @Nullable Tensor gradient(Tensor tensor) {
        if (!gradients.containsKey(tensor)) {
            return null;
        }
        known.remove(tensor);
        Tensor gradient = gradients.get(tensor);
        if (gradient == null) {
            gradient = workspace.take(tensor.shape()); // [as the tensor]
            backend.fill(gradient, 0);
            gradients.put(tensor, gradient);
        }
        return gradient;
    }

    /// The gradient of a result of one number, as a number.
    float number(Tensor output, Tensor dOutput) {
        Float value = known.get(output);
        return value == null ? dOutput.item() : value;
    }

    /// Scratch memory for a node's backward pass; contents undefined, valid until the workspace is
    /// reset.
    public Tensor scratch(Shape shape) {
        return workspace.take(shape);
    }

    /// Takes [#scratch] back before the workspace is reset.
    void release(Tensor scratch) {
        workspace.release(scratch);
    }

    /// Walks back from a scalar. The gradients of watched tensors stay readable until the workspace
    /// is reset.
    ///
    /// @param factor dLoss of the scalar: 1, or 1 / k where k micro-batches make a step
    public void backward(Tensor loss, float factor) {
        if (loss.shape().elements() != 1) {
            throw new IllegalArgumentException(
                    "backward: expected a loss of one element, found " + loss.shape());
        }
        Tensor seed = workspace.take(loss.shape()); // []
        backend.fill(seed, factor);
        boolean isAlone = gradients.get(loss) == null;
        seed(loss, seed);
        if (isAlone) {
            known.put(loss, factor);
        }
        backward();
    }

    /// Adds to the gradient of a result, before [#backward()].
    ///
    /// @throws IllegalStateException if the result depends on nothing that trains
    public void seed(Tensor output, Tensor dOutput) {
        Tensor gradient = gradient(output); // [as the output]
        if (gradient == null) {
            throw new IllegalStateException(
                    "backward: the result depends on no trainable parameter; unfreeze one");
        }
        backend.addScaled(dOutput, 1, gradient);
    }

    /// Walks back from all results that were [seeded][#seed].
    public void backward() {
        for (Node node : nodes.reversed()) {
            Tensor dOutput = gradients.get(node.output());
            if (dOutput == null) {
                continue; // nothing that leads to the loss
            }
            node.backward(this, dOutput);
            gradients.remove(node.output());
            workspace.release(dOutput);
        }
        nodes.clear();
        known.clear();
    }
}
