package xlmr.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class SelectedRowsTest {
    private static final Tensor MATRIX = Tensor.of(Shape.of(3, 2), 1, 2, 3, 4, 5, 6);

    @Test
    void rowsComeInTheOrderAskedFor() {
        Tensor rows = SelectedRows.of(MATRIX, 2, 0);
        assertThat(rows.shape()).isEqualTo(Shape.of(2, 2));
        assertThat(rows.toArray()).containsExactly(5, 6, 1, 2);
    }

    @Test
    void readingMayBeginAndEndWithinARow() {
        float[] target = new float[3];
        SelectedRows.of(MATRIX, 2, 0).storage().read(1, target, 1, 2);
        assertThat(target).containsExactly(0, 6, 1);
    }

    @Test
    void aVectorHasElementsForRows() {
        Tensor vector = Tensor.of(Shape.of(3), 7, 8, 9);
        assertThat(SelectedRows.of(vector, 2, 1).toArray()).containsExactly(9, 8);
    }

    @Test
    void aRowThatIsNotThereIsRefused() {
        assertThatThrownBy(() -> SelectedRows.of(MATRIX, 3))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no row 3");
    }
}
