package xlmr.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import xlmr.autograd.Ops;
import xlmr.autograd.Parameter;
import xlmr.backend.Activation;
import xlmr.nn.LayerNorm;
import xlmr.nn.Linear;
import xlmr.tensor.Tensor;

/// The head of masked and causal language models (XLMRobertaLMHead): dense, gelu, LayerNorm, and a
/// decoder to one number for each piece of the vocabulary.
///
/// @param dense `[C, C]`
/// @param norm over C
/// @param decoder `[V, C]`; tied, its weight is the word embedding itself
/// @param tied whether it is
public record LanguageModelHead(Linear dense, LayerNorm norm, Linear decoder, boolean tied)
        implements TokenHead {
    @Override
    public Tensor lastLinearInput(Ops ops, Tensor selected) {
        // The exact gelu, whatever the encoder's activation is, as in the reference.
        Tensor inner = dense.activated(ops, selected, Activation.GELU); // [R, C]
        return norm.forward(ops, inner); // [R, C]
    }

    @Override
    public Tensor logits(Ops ops, Tensor selected) {
        return decoder.forward(ops, lastLinearInput(ops, selected)); // [R, V]
    }

    @Override
    public List<Parameter> parameters() {
        List<Parameter> parameters = new ArrayList<>(dense.parameters());
        parameters.addAll(norm.parameters());
        parameters.addAll(decoder.parameters());
        if (tied) {
            parameters.remove(decoder.weight());
        }
        return List.copyOf(parameters);
    }

    @Override
    public @Nullable Parameter shared() {
        return tied ? decoder.weight() : null;
    }

    @Override
    public Map<String, Parameter> aliases() {
        Parameter bias = decoder.bias();
        return tied || bias == null ? Map.of() : Map.of("lm_head.bias", bias);
    }
}
