package xlmr.backend;

import java.util.ArrayList;
import java.util.List;

/// Backends that train one model together: each computes the gradients of a part of every batch,
/// and their sums change the weights of all alike (data parallel).
///
/// @param names of all ranks for messages, such as `cuda:0`; the first is the backend that has
///   these companions
/// @param others the backends of the ranks from 1 on
/// @param sums adds up the gradients
public record Ranks(List<String> names, List<Backend> others, AllReduce sums)
        implements AutoCloseable {
    /// Copies the lists, and checks that they fit each other.
    public Ranks {
        names = List.copyOf(names);
        others = List.copyOf(others);
        if (names.size() != others.size() + 1 || sums.ranks() != names.size()) {
            throw new IllegalArgumentException(
                    "ranks: %d names, %d backends beside the first, sums over %d"
                            .formatted(names.size(), others.size(), sums.ranks()));
        }
    }

    /// How many there are.
    public int count() {
        return names.size();
    }

    /// Closes the sums and the other backends, also where one of them fails to.
    @Override
    public void close() {
        List<Runnable> all = new ArrayList<>();
        all.add(sums::close);
        others.forEach(backend -> all.add(backend::close));
        RuntimeException first = null;
        for (Runnable one : all) {
            try {
                one.run();
            } catch (RuntimeException failure) {
                first = first == null ? failure : first;
            }
        }
        if (first != null) {
            throw first;
        }
    }
}
