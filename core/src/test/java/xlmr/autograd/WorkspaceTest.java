package xlmr.autograd;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import xlmr.backend.Backend;
import xlmr.backend.cpu.CpuBackends;
import xlmr.tensor.Shape;
import xlmr.tensor.Tensor;

class WorkspaceTest {
    private final Backend backend = CpuBackends.scalar();
    private final Workspace workspace = new Workspace(backend);

    @Test
    void whatIsReleasedServesTheNextRequestOfLikeSize() {
        Tensor first = workspace.take(Shape.of(100, 7));
        workspace.release(first);
        assertThat(workspace.take(Shape.of(99, 7)).storage()).isSameAs(first.storage());
    }

    @Test
    void whatIsInUseIsNeverHandedOutTwice() {
        Tensor first = workspace.take(Shape.of(64));
        assertThat(workspace.take(Shape.of(64)).storage()).isNotSameAs(first.storage());
    }

    @Test
    void aHugeStorageIsNotSpentOnASmallRequest() {
        Tensor huge = workspace.take(Shape.of(100_000));
        workspace.release(huge);
        assertThat(workspace.take(Shape.of(1000)).storage()).isNotSameAs(huge.storage());
    }

    @Test
    void aScopeKeepsItsResultOnly() {
        Ops ops = Ops.inference(backend, workspace);
        Tensor[] inner = new Tensor[1];
        Tensor result =
                ops.scope(
                        () -> {
                            inner[0] = ops.constant(Shape.of(500), new float[500]); // [500]
                            return ops.add(inner[0], inner[0]); // [500]
                        });
        Tensor next = workspace.take(Shape.of(500));
        assertThat(next.storage()).isSameAs(inner[0].storage()).isNotSameAs(result.storage());
    }

    @Test
    void aLargerBatchReplacesMemoryInsteadOfAddingToIt() {
        Tensor small = workspace.take(Shape.of(1000));
        workspace.reset();
        Tensor large = workspace.take(Shape.of(2000));
        workspace.reset();
        assertThat(workspace.take(Shape.of(1000)).storage())
                .isSameAs(large.storage())
                .isNotSameAs(small.storage());
    }

    @Test
    void whereTheLargestBatchIsKnownAllBatchesUseTheSameMemory() {
        int[] tokens = {40, 7, 100, 33, 99};
        Tensor first = null;
        for (int batch : tokens) {
            workspace.expect(batch, 100);
            Tensor taken = workspace.take(Shape.of(batch, 48));
            first = first == null ? taken : first;
            assertThat(taken.storage()).as("%d tokens", batch).isSameAs(first.storage());
            workspace.reset();
        }
        assertThat(workspace.take(Shape.of(8)).storage().capacity())
                .as("after a reset, nothing is expected")
                .isLessThan(100);
    }
}
