package xlmr.cli;

import java.util.function.Function;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;
import xlmr.autograd.KeptActivations;
import xlmr.backend.DevicePreference;
import xlmr.model.HeadSpec;
import xlmr.model.LoraSettings;
import xlmr.optim.ScheduleShape;
import xlmr.train.ClassWeights;
import xlmr.train.LossFunction;
import xlmr.train.Mixing;
import xlmr.train.Sampling;
import xlmr.train.ScoreMetric;
import xlmr.train.Tune;

/// Reads the short texts by which options of training are chosen.
final class SpecConverters {
    private SpecConverters() {}

    /// `cuda:1` and its like.
    static final class OfDevice implements ITypeConverter<DevicePreference> {
        @Override
        public DevicePreference convert(String text) {
            return read(DevicePreference::of, text);
        }
    }

    /// `top:4` and its like.
    static final class OfTune implements ITypeConverter<Tune> {
        @Override
        public Tune convert(String text) {
            return read(Tune::parse, text);
        }
    }

    /// `float32` or `bf16`.
    static final class OfActivations implements ITypeConverter<KeptActivations> {
        @Override
        public KeptActivations convert(String text) {
            return switch (text) {
                case "float32" -> KeptActivations.FLOAT32;
                case "bf16" -> KeptActivations.BFLOAT16;
                default ->
                        throw new TypeConversionException(
                                "expected float32 or bf16, found " + text);
            };
        }
    }

    /// `cosine` and its like.
    static final class OfSchedule implements ITypeConverter<ScheduleShape> {
        @Override
        public ScheduleShape convert(String text) {
            return read(ScheduleShape::parse, text);
        }
    }

    /// `balanced` and its like.
    static final class OfClassWeights implements ITypeConverter<ClassWeights> {
        @Override
        public ClassWeights convert(String text) {
            return read(ClassWeights::parse, text);
        }
    }

    /// `focal:2` and its like.
    static final class OfLoss implements ITypeConverter<LossFunction> {
        @Override
        public LossFunction convert(String text) {
            return read(LossFunction::parse, text);
        }
    }

    /// `sqrt` and its like.
    static final class OfSampling implements ITypeConverter<Sampling> {
        @Override
        public Sampling convert(String text) {
            return read(Sampling::parse, text);
        }
    }

    /// `temperature:2` and its like.
    static final class OfMixing implements ITypeConverter<Mixing> {
        @Override
        public Mixing convert(String text) {
            return read(Mixing::parse, text);
        }
    }

    /// `macro-f1` and its like.
    static final class OfMetric implements ITypeConverter<ScoreMetric> {
        @Override
        public ScoreMetric convert(String text) {
            return read(ScoreMetric::parse, text);
        }
    }

    /// `bilstm:256` and its like.
    static final class OfHead implements ITypeConverter<HeadSpec> {
        @Override
        public HeadSpec convert(String text) {
            return read(HeadSpec::parse, text);
        }
    }

    /// `r=8,alpha=16` and its like.
    static final class OfLora implements ITypeConverter<LoraSettings> {
        @Override
        public LoraSettings convert(String text) {
            return read(LoraSettings::parse, text);
        }
    }

    private static <T> T read(Function<String, T> parse, String text) {
        try {
            return parse.apply(text);
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException(String.valueOf(e.getMessage()));
        }
    }
}
