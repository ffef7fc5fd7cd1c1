package xlmr.ptx.syntax;

import java.util.List;
import java.util.Map;

/// A PTX file as it was written, checked for its grammar. What an instruction means is checked when
/// a device loads the module.
///
/// @param version of the PTX language, such as `8.8`
/// @param target the architecture, such as `sm_80`
/// @param variables of the module: global, constant and shared memory
/// @param functions kernels and functions by name, in the order of the file
public record PtxModule(
        String version, String target, List<Variable> variables, Map<String, Function> functions) {

    /// Reads the text of a PTX file.
    ///
    /// @throws PtxSyntaxException where it is malformed or has a directive that is not known
    public static PtxModule parse(String text) {
        return new ModuleParser(new TokenStream(Lexer.tokens(text))).module();
    }

    /// Names of the kernels, in the order of the file.
    public List<String> kernels() {
        return functions.values().stream().filter(Function::isKernel).map(Function::name).toList();
    }
}
