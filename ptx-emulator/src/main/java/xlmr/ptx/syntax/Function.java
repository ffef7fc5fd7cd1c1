package xlmr.ptx.syntax;

import java.util.List;

/// A kernel (`.entry`) or a function (`.func`).
///
/// @param name its name
/// @param isKernel whether the host can launch it
/// @param results what a function returns; empty for kernels
/// @param parameters in order
/// @param variables shared, local and parameter variables declared in the body
/// @param instructions its body
/// @param maximumThreads the largest block that it may be launched with (`.maxntid`)
/// @param requiredThreads the only block size that it may be launched with (`.reqntid`), or 0
/// @param hasBody false for a mere declaration
/// @param line where it begins
public record Function(
        String name,
        boolean isKernel,
        List<Variable> results,
        List<Variable> parameters,
        List<Variable> variables,
        List<Instruction> instructions,
        int maximumThreads,
        int requiredThreads,
        boolean hasBody,
        int line) {}
