package xlmr.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FoldsTest {
    private static final List<Integer> PLACES = IntStream.range(0, 103).boxed().toList();

    @Test
    void everyExampleIsHeldOutOnceAndEveryPartHasItsShareOfEachClass() {
        int[] classes = IntStream.range(0, 103).map(m -> m < 60 ? 0 : m < 92 ? 1 : 2).toArray();
        Folds folds = Folds.stratified(classes, 5, 7);
        List<Integer> all = new ArrayList<>();
        for (int part = 0; part < 5; part++) {
            List<Integer> held = folds.heldOut(PLACES, part);
            assertThat(held).hasSizeBetween(20, 21);
            assertThat(held.stream().filter(m -> classes[m] == 0)).hasSize(12);
            assertThat(held.stream().filter(m -> classes[m] == 1)).hasSizeBetween(6, 7);
            assertThat(held.stream().filter(m -> classes[m] == 2)).hasSizeBetween(2, 3);
            assertThat(folds.rest(PLACES, part))
                    .hasSize(103 - held.size())
                    .doesNotContainAnyElementsOf(held);
            all.addAll(held);
        }
        assertThat(all).containsExactlyInAnyOrderElementsOf(PLACES);
    }

    @Test
    void theSeedDecides() {
        int[] classes = new int[103];
        int[] parts = Folds.stratified(classes, 3, 1).partOf();
        assertThat(Folds.stratified(classes, 3, 1).partOf()).isEqualTo(parts);
        assertThat(Folds.stratified(classes, 3, 2).partOf()).isNotEqualTo(parts);
    }

    @Test
    void morePartsThanExamplesAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Folds.stratified(new int[4], 5, 0))
                .withMessageContainingAll("4", "5");
        assertThatIllegalArgumentException().isThrownBy(() -> Folds.stratified(new int[4], 1, 0));
    }
}
