package xlmr.ptx.machine;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The ways that the lanes of a warp are on. A [Path] runs until it comes to the place where its
/// [Join] waits for all lanes that were separated. Lanes that wait for others in a `.sync`
/// operation are parked, and the other paths go first; where none can, joins are given up, since a
/// lane need not wait at one.
final class Paths {
    static final class Join {
        final int at;
        final @Nullable Join outer;
        int expected;
        int arrived;

        /// Whether lanes go on here alone.
        boolean givenUp;

        Join(int at, int expected, @Nullable Join outer) {
            this.at = at;
            this.expected = expected;
            this.outer = outer;
        }
    }

    static final class Path {
        int at;
        int lanes;
        @Nullable Join join;

        Path(int at, int lanes, @Nullable Join join) {
            this.at = at;
            this.lanes = lanes;
            this.join = join;
        }
    }

    private final Deque<Path> ready = new ArrayDeque<>();
    private final List<Path> parked = new ArrayList<>();
    private final List<Join> joins = new ArrayList<>();

    /// All lanes are at the beginning.
    void begin(int lanes) {
        ready.clear();
        parked.clear();
        joins.clear();
        ready.push(new Path(0, lanes, null));
    }

    /// The path that goes next, or null where none can.
    @Nullable Path next() {
        return ready.poll();
    }

    /// A path goes on before all others.
    void first(Path path) {
        ready.push(path);
    }

    /// A path goes on after all others.
    void last(Path path) {
        ready.addLast(path);
    }

    /// Separates the lanes that take a branch from a path.
    ///
    /// @param target where they go
    /// @param rejoin where they meet the others again, or -1 where they do not
    void separate(Path path, int taken, int target, int rejoin) {
        Join join = path.join;
        if (rejoin >= 0 && (join == null || join.at != rejoin)) {
            join = new Join(rejoin, path.lanes, join);
            joins.add(join);
        }
        ready.push(new Path(target, taken, join));
        path.at++;
        path.lanes &= ~taken;
        path.join = join;
    }

    /// A path is where its join is.
    void arrive(Path path) {
        Join join = path.join;
        assert join != null;
        if (join.givenUp) {
            join.expected &= ~path.lanes;
            path.join = join.outer;
            ready.addLast(path);
            return;
        }
        join.arrived |= path.lanes;
        if (join.arrived == join.expected) {
            letGo(join);
        }
    }

    private void letGo(Join join) {
        joins.remove(join);
        ready.push(new Path(join.at, join.arrived, join.outer));
    }

    /// Lanes have ended; nobody waits for them any more.
    ///
    /// @param live lanes that have not
    void end(int live) {
        for (Join join : List.copyOf(joins)) {
            join.expected &= live;
            join.arrived &= live;
            if (join.expected == 0) {
                joins.remove(join);
            } else if (join.arrived == join.expected) {
                letGo(join);
            }
        }
        ready.addAll(parked);
        parked.clear();
    }

    /// Sets a path aside until other lanes come.
    void park(Path path) {
        parked.add(path);
    }

    /// Paths that wait at a place and have some of these lanes.
    List<Path> parkedAt(int place, int lanes) {
        return parked.stream()
                .filter(path -> path.at == place && (path.lanes & lanes) != 0)
                .toList();
    }

    /// Parked paths go on.
    void unpark(List<Path> paths) {
        parked.removeAll(paths);
        ready.addAll(paths);
    }

    /// A path that waits for lanes.
    Path parked() {
        return parked.getFirst();
    }

    /// Lets the lanes go on that wait at joins; false where there are none.
    boolean giveUpJoins() {
        boolean found = false;
        for (Join join : List.copyOf(joins)) {
            if (join.arrived != 0) {
                ready.addLast(new Path(join.at, join.arrived, join.outer));
                join.expected &= ~join.arrived;
                join.arrived = 0;
                join.givenUp = true;
                found = true;
            }
            if (join.expected == 0) {
                joins.remove(join);
            }
        }
        return found;
    }
}
