package xlmr.tokenizer;

import java.util.List;
import xlmr.tokenizer.huggingface.HuggingFacePipeline;
import xlmr.tokenizer.piece.TokenList;

/// The pipeline of a `tokenizer.json` as an encoder.
///
/// @param pipeline what the file says
record HuggingFaceEncoder(HuggingFacePipeline pipeline) implements TextEncoder {
    private record Arrays(HuggingFacePipeline.Workspace workspace) implements Scratch {}

    @Override
    public Scratch scratch() {
        return new Arrays(pipeline.workspace());
    }

    @Override
    public void append(
            String text, int word, boolean inlineTokens, Scratch scratch, TokenList tokens) {
        pipeline.append(text, word, inlineTokens, ((Arrays) scratch).workspace, tokens);
    }

    @Override
    public int size() {
        return pipeline.size();
    }

    @Override
    public String piece(int id) {
        return pipeline.piece(id);
    }

    @Override
    public int id(String piece) {
        int id = pipeline.find(piece);
        return id >= 0 ? id : pipeline.find("<unk>");
    }

    @Override
    public String decode(int[] ids, boolean skipSpecialTokens) {
        return pipeline.decode(ids, skipSpecialTokens);
    }

    @Override
    public Template template() {
        return new Template(pipeline.single(), pipeline.pair());
    }

    @Override
    public TruncationRule truncation() {
        return new TruncationRule.Fast();
    }

    @Override
    public List<String> warnings() {
        return pipeline.warnings();
    }
}
