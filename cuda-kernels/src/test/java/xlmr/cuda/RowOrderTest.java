package xlmr.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RowOrderTest {
    @Test
    void everyRowHasItsPositionsInTheirOrder() {
        RowOrder order = RowOrder.of(new int[] {7, 3, -1, 7, 0, 3, 7});
        assertThat(order.distinct()).containsExactly(0, 3, 7);
        assertThat(order.starts()).containsExactly(0, 1, 3, 6);
        assertThat(order.positions()).containsExactly(4, 1, 5, 0, 3, 6);
    }

    @Test
    void noRowsAreNoRows() {
        RowOrder order = RowOrder.of(new int[] {-1, -1});
        assertThat(order.distinct()).isEmpty();
        assertThat(order.starts()).containsExactly(0);
    }
}
