package xlmr.autograd;

import java.util.List;

/// Where the rows of a part of a batch lie in the whole batch, so that dropout draws for each what
/// it would draw if all were computed at once.
///
/// Activations have a row for each token, each sequence, or each row that a loss looks at; which of
/// these it is shows in their number. Rows of a number that is not listed lie where the first of
/// the list do: their masks are then as good, but others than those of the whole batch.
///
/// @param places by priority; empty where the part is the whole
public record RowPlaces(List<Place> places) {
    /// The part is the whole.
    public static final RowPlaces WHOLE = new RowPlaces(List.of());

    /// Rows of one kind.
    ///
    /// @param rows how many there are
    /// @param first the place of the first among all of its kind
    public record Place(int rows, int first) {}

    /// Copies the list.
    public RowPlaces {
        places = List.copyOf(places);
    }

    /// Makes it known for the operations that follow.
    public void applyTo(Ops ops) {
        ops.masks.place(this);
    }

    /// Where activations of so many rows begin.
    int first(int rows) {
        return places.stream()
                .filter(place -> place.rows() == rows)
                .findFirst()
                .or(() -> places.stream().findFirst())
                .map(Place::first)
                .orElse(0);
    }
}
