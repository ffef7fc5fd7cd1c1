package xlmr.model;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import xlmr.autograd.Parameter;
import xlmr.checkpoint.Checkpoint;
import xlmr.checkpoint.CheckpointException;
import xlmr.checkpoint.LoadReport;
import xlmr.nn.LayerNorm;
import xlmr.nn.Linear;
import xlmr.tensor.Shape;
import xlmr.tensor.Tensor;

/// The parameters of a model under construction: taken from a checkpoint where it has them, drawn
/// at random where it may lack them, and everything that does not fit reported together.
///
/// Names are those of the reference's classes with a head; [StoredNames] knows how else a
/// checkpoint may call them.
///
/// What trains is copied into arrays, or mapped privately where it is an embedding; what is frozen
/// stays in the read-only mapping of the file.
final class Weights {
    /// One axis only is small: always copied, so that kernels see arrays.
    private static final int SMALL_RANK = 1;

    private final String file;
    private final Checkpoint checkpoint;
    private final StoredNames names;
    private final boolean bertPositions;
    private final Predicate<String> trainable;
    private final SplittableRandom random;
    private final double initializerRange;
    private final Set<String> used = new LinkedHashSet<>();
    private final List<LoadReport.Initialized> initialized = new ArrayList<>();
    private final List<String> missing = new ArrayList<>();
    private final List<String> misshapen = new ArrayList<>();
    private final List<String> warnings = new ArrayList<>();
    private boolean otherHead;

    /// @param file the model's directory, named in messages
    /// @param trainable which parameters, by name, will be changed
    /// @param seed of the weights that are drawn
    /// @param initializerRange their standard deviation
    Weights(
            Path file,
            Checkpoint checkpoint,
            Predicate<String> trainable,
            long seed,
            double initializerRange) {
        this.file = file.toString();
        this.checkpoint = checkpoint;
        this.names = StoredNames.of(checkpoint);
        this.bertPositions = BertLayout.isIn(file);
        this.trainable = trainable;
        this.random = new SplittableRandom(seed);
        this.initializerRange = initializerRange;
    }

    /// A linear layer that the checkpoint has to have.
    Linear linear(String name, int out, int in) {
        return new Linear(required(name + ".weight", out, in), required(name + ".bias", out));
    }

    /// A linear layer of a head: drawn from N(0, initializer range²), its bias 0, where the
    /// checkpoint lacks it.
    Linear headLinear(String name, int out, int in) {
        return new Linear(optional(name + ".weight", out, in), optional(name + ".bias", out));
    }

    /// A matrix of a head, drawn like [#headLinear] where the checkpoint lacks it.
    Parameter headMatrix(String name, int out, int in) {
        return optional(name, out, in);
    }

    /// A bias of a head, 0 where the checkpoint lacks it.
    ///
    /// @param other the name that is looked for if there is none of the first
    Parameter headBias(String name, String other, int out) {
        String stored = find(name) == null && find(other) != null ? other : name;
        Parameter bias = optional(stored, out);
        return stored.equals(name) ? bias : new Parameter(name, bias.value());
    }

    /// A LayerNorm of a head: weight 1 and bias 0 where the checkpoint lacks it.
    LayerNorm headLayerNorm(String name, int columns, float epsilon) {
        boolean isNew = find(name + ".weight") == null;
        Parameter weight = optional(name + ".weight", columns);
        if (isNew) {
            float[] ones = new float[columns];
            Arrays.fill(ones, 1);
            weight = new Parameter(weight.name(), Tensor.of(Shape.of(columns), ones));
        }
        return new LayerNorm(weight, optional(name + ".bias", columns), epsilon);
    }

    /// The weights of a head that the reference does not have.
    HeadWeights ofHead() {
        return new HeadWeights() {
            @Override
            public Parameter parameter(String name, Initial initial, int... sizes) {
                return optional("head." + name, initial, sizes);
            }

            @Override
            public double initializerRange() {
                return initializerRange;
            }
        };
    }

    /// Leaves out what the checkpoint has besides the encoder: it belongs to another head.
    void withoutHead() {
        otherHead = true;
    }

    /// A LayerNorm that the checkpoint has to have.
    LayerNorm layerNorm(String name, int columns, float epsilon) {
        return new LayerNorm(
                required(name + ".weight", columns), required(name + ".bias", columns), epsilon);
    }

    /// An embedding table that the checkpoint has to have.
    Parameter embedding(String name, int rows, int columns) {
        return required(name, rows, columns);
    }

    /// The position embedding, which the checkpoint has to have. Where BERT's layout counts from 0,
    /// rows that no token has are put in front.
    ///
    /// @param padId XLM-R counts from the next one
    Parameter positionEmbedding(String name, int rows, int columns, int padId) {
        if (!bertPositions) {
            return required(name, rows, columns);
        }
        int shift = padId + 1;
        Parameter counted = required(name, rows - shift, columns);
        float[] values = counted.value().toArray();
        float[] shifted = new float[shift * columns + values.length];
        System.arraycopy(values, 0, shifted, shift * columns, values.length);
        return values.length == 0
                ? counted // missing, and reported
                : new Parameter(name, Tensor.of(Shape.of(rows, columns), shifted)); // [P, C]
    }

    /// A large embedding table that the checkpoint has to have: where it trains, only the rows that
    /// change become memory of the process.
    Parameter wordEmbedding(String name, int rows, int columns) {
        Shape shape = Shape.of(rows, columns);
        String stored = find(name);
        if (stored == null || !fits(name, stored, shape)) {
            return absent(name, stored == null, shape);
        }
        used.add(stored);
        Tensor value =
                trainable.test(name)
                        ? checkpoint.writable(stored) // [V, C]
                        : checkpoint.tensor(stored); // [V, C]
        return new Parameter(name, value);
    }

    /// Whether the checkpoint has a parameter.
    boolean has(String name) {
        return find(name) != null;
    }

    /// What was used, drawn, and left over.
    ///
    /// @param whyIgnored the reason why a leftover name is not used
    /// @throws CheckpointException naming everything that is missing or misshapen
    LoadReport report(Function<String, String> whyIgnored) {
        if (!missing.isEmpty() || !misshapen.isEmpty()) {
            throw new CheckpointException(file, problem());
        }
        List<LoadReport.Ignored> ignored = new ArrayList<>();
        for (String name : checkpoint.names()) {
            if (!used.contains(name)) {
                ignored.add(new LoadReport.Ignored(name, whyIgnored.apply(name)));
            }
        }
        return new LoadReport(List.copyOf(used), initialized, ignored, warnings);
    }

    private Parameter required(String name, int... sizes) {
        Shape shape = Shape.of(sizes);
        String stored = find(name);
        if (stored == null || !fits(name, stored, shape)) {
            return absent(name, stored == null, shape);
        }
        return stored(name, stored, shape);
    }

    private Parameter optional(String name, int... sizes) {
        return optional(
                name,
                sizes.length > 1
                        ? HeadWeights.Initial.normal(initializerRange)
                        : HeadWeights.Initial.constant(0),
                sizes);
    }

    private Parameter optional(String name, HeadWeights.Initial initial, int... sizes) {
        Shape shape = Shape.of(sizes);
        String stored = find(name);
        if (stored != null) {
            return fits(name, stored, shape)
                    ? stored(name, stored, shape)
                    : absent(name, false, shape);
        }
        float[] values = new float[shape.elements()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) initial.next(random);
        }
        initialized.add(new LoadReport.Initialized(name, shape));
        return new Parameter(name, Tensor.of(shape, values));
    }

    private Parameter stored(String name, String stored, Shape shape) {
        used.add(stored);
        boolean copy = shape.rank() == SMALL_RANK || trainable.test(name);
        Tensor value =
                copy
                        ? Tensor.of(
                                shape, finite(stored, checkpoint.floats(stored))) // [as the shape]
                        : checkpoint.tensor(stored); // [as the shape]
        return new Parameter(name, value);
    }

    /// Notes weights that make every answer NaN. Only what is copied is looked at: the rest would
    /// have to be read.
    private float[] finite(String stored, float[] values) {
        for (float value : values) {
            if (!Float.isFinite(value)) {
                warnings.add(
                        "%s holds %s: the checkpoint is broken, and so will be what is made of it"
                                .formatted(stored, value));
                break;
            }
        }
        return values;
    }

    /// Notes the problem and goes on with zeros, so that all problems are reported together.
    private Parameter absent(String name, boolean isMissing, Shape shape) {
        if (isMissing) {
            missing.add(name + " " + shape);
        }
        return new Parameter(name, Tensor.zeros(0));
    }

    private boolean fits(String name, String stored, Shape shape) {
        long[] found = checkpoint.info(stored).shape();
        boolean same = found.length == shape.rank();
        for (int axis = 0; same && axis < found.length; axis++) {
            same = found[axis] == shape.size(axis);
        }
        if (!same) {
            misshapen.add(
                    "%s is %s, the configuration asks for %s"
                            .formatted(name, Arrays.toString(found), shape));
        }
        return same;
    }

    /// The name under which the checkpoint has a parameter, or null.
    private @Nullable String find(String name) {
        return otherHead && !name.startsWith("roberta.") ? null : names.find(name);
    }

    private String problem() {
        StringBuilder text = new StringBuilder("does not fit its config.json: ");
        if (!misshapen.isEmpty()) {
            text.append(String.join("; ", misshapen.subList(0, Math.min(3, misshapen.size()))));
            if (misshapen.size() > 3) {
                text.append("; and ").append(misshapen.size() - 3).append(" more");
            }
        }
        if (!missing.isEmpty()) {
            text.append(misshapen.isEmpty() ? "" : "; ").append("missing: ");
            text.append(String.join(", ", missing.subList(0, Math.min(3, missing.size()))));
            if (missing.size() > 3) {
                text.append(", and ").append(missing.size() - 3).append(" more");
            }
        }
        return text.toString();
    }
}
