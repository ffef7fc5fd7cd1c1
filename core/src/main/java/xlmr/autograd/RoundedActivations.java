package xlmr.autograd;

import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import xlmr.backend.Backend;
import xlmr.tensor.Shape;
import xlmr.tensor.Storage;
import xlmr.tensor.Tensor;

/// Half the memory for a little exactness: when a stretch of operations has run, the activations
/// that its backward pass will read are rounded to bfloat16, two in the place of one, and unpacked
/// when it comes to them. What goes in, what comes out, and statistics of rows stay as they are.
///
/// The forward pass has the same bits. A gradient differs as if each activation were off by up to
/// 2⁻⁹ of itself: the error is that of one rounding, and does not add up from layer to layer, since
/// gradients and weights stay float32.
final class RoundedActivations {
    private RoundedActivations() {}

    static Tensor of(Ops ops, Tape tape, Tensor input, BiFunction<Ops, Tensor, Tensor> body) {
        int mark = ops.workspace.mark();
        Tape inner = tape.part(input);
        Tensor output = body.apply(ops.on(inner, ops.masks), input); // [as the body says]
        if (inner.size() == 0) {
            ops.workspace.releaseSince(mark, output);
            return output;
        }
        Map<Storage, Packed> packed = pack(ops, inner.nodes(), mark, output);
        ops.record(new RoundedNode(ops.workspace, inner.nodes(), packed, input, output));
        return output;
    }

    /// Packs what the operations read, and takes back the memory of the stretch that nobody needs.
    private static Map<Storage, Packed> pack(Ops ops, List<Node> nodes, int mark, Tensor output) {
        Set<Storage> made = ops.workspace.handedOutSince(mark);
        made.remove(output.storage());
        for (Node node : nodes) {
            node.statistics().forEach(tensor -> made.remove(tensor.storage()));
        }
        Map<Storage, Packed> packed = new IdentityHashMap<>();
        for (Node node : nodes) {
            for (Tensor read : node.reads()) {
                if (made.contains(read.storage()) && !packed.containsKey(read.storage())) {
                    Shape whole = Shape.of(read.shape().elements());
                    Tensor pairs = ops.take((whole.elements() + 1) / 2); // [M / 2]
                    ops.backend().packBfloat16(read, pairs);
                    packed.put(read.storage(), new Packed(pairs, whole));
                }
            }
        }
        made.forEach(ops.workspace::release);
        return packed;
    }

    /// @param pairs `[⌈M / 2⌉]`
    /// @param whole `[M]`
    private record Packed(Tensor pairs, Shape whole) {}

    /// @param packed by the storage that the values were in, which others have since
    private record RoundedNode(
            Workspace workspace,
            List<Node> nodes,
            Map<Storage, Packed> packed,
            Tensor input,
            Tensor output)
            implements Node {
        @Override
        public List<Tensor> reads() {
            return List.of();
        }

        @Override
        public void backward(Tape tape, Tensor dOutput) {
            Tensor dInput = tape.gradient(input); // [as the input], or null
            Backend backend = tape.backend();
            int mark = workspace.mark();
            Map<Storage, Storage> values = new IdentityHashMap<>();
            packed.forEach(
                    (storage, kept) -> {
                        Tensor again = workspace.take(kept.whole()); // [M]
                        backend.unpackBfloat16(kept.pairs(), again);
                        values.put(storage, again.storage());
                    });
            Tape inner = tape.inner(input, dInput, nodes, values);
            inner.seed(output, dOutput);
            inner.backward();
            workspace.releaseSince(mark);
            packed.values().forEach(kept -> workspace.release(kept.pairs()));
        }
    }
}
