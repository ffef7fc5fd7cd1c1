package xlmr.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import xlmr.backend.Backend;
import xlmr.backend.Backends;
import xlmr.model.UnitLength;

class PassageIndexTest {
    private final Backend backend = Backends.create(1).backend();

    @Test
    void theNearestAreThoseOfAFullSort() {
        Random random = new Random(1);
        PassageIndex index = new PassageIndex(backend, 3);
        List<float[]> vectors = new ArrayList<>();
        for (int i = 0; i < 9000; i++) {
            float[] vector = vector(random);
            vectors.add(vector);
            index.add(vector);
        }
        assertThat(index.size()).isEqualTo(9000);
        float[][] queries =
                IntStream.range(0, 70).mapToObj(i -> vector(random)).toArray(float[][]::new);
        List<List<PassageIndex.Hit>> answers = index.nearest(queries, 4);
        assertThat(answers).hasSize(70);
        for (int q = 0; q < queries.length; q += 23) {
            float[] query = queries[q];
            List<Integer> sorted =
                    IntStream.range(0, vectors.size())
                            .boxed()
                            .sorted(
                                    Comparator.comparingDouble(
                                            i -> -UnitLength.cosine(query, vectors.get(i))))
                            .limit(4)
                            .toList();
            assertThat(answers.get(q)).extracting(PassageIndex.Hit::passage).isEqualTo(sorted);
        }
    }

    @Test
    void ofEqualsTheOneAddedFirstComesFirst() {
        PassageIndex index = new PassageIndex(backend, 2);
        index.add(new float[] {0, 1});
        for (int i = 0; i < 5; i++) {
            index.add(new float[] {7, 0});
        }
        List<PassageIndex.Hit> hits = index.nearest(new float[][] {{2, 0}}, 3).getFirst();
        assertThat(hits).extracting(PassageIndex.Hit::passage).containsExactly(1, 2, 3);
        assertThat(hits.getFirst().cosine()).isEqualTo(1);
        assertThat(index.nearest(new float[][] {{2, 0}}, 99).getFirst())
                .extracting(PassageIndex.Hit::passage)
                .containsExactly(1, 2, 3, 4, 5, 0);
    }

    @Test
    void whatDoesNotFitIsRefused() {
        PassageIndex index = new PassageIndex(backend, 2);
        assertThatThrownBy(() -> index.add(new float[3]))
                .hasMessage("passages: expected vectors of 2 components, found 3");
        assertThatThrownBy(() -> index.nearest(new float[][] {{1, 0}}, 0))
                .hasMessageContaining("k of at least 1");
        assertThat(index.nearest(new float[][] {{1, 0}}, 2)).containsExactly(List.of());
    }

    private static float[] vector(Random random) {
        return new float[] {
            (float) random.nextGaussian(),
            (float) random.nextGaussian(),
            (float) random.nextGaussian()
        };
    }
}
