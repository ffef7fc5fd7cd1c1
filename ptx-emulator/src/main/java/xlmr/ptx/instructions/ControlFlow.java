package xlmr.ptx.instructions;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import xlmr.ptx.machine.Step;

/// Finds for every branch where the lanes that it separates meet again: at its immediate
/// post-dominator, the first place that all ways from it come by.
///
/// Post-dominators are found as in "A Simple, Fast Dominance Algorithm" (Cooper, Harvey and
/// Kennedy), backwards.
final class ControlFlow {
    private final Step[] steps;
    private final int[] targets;
    private final int[] blockOf;
    private final List<Integer> starts = new ArrayList<>();
    private final List<List<Integer>> successors = new ArrayList<>();
    private final List<List<Integer>> predecessors = new ArrayList<>();

    /// The block after all ends.
    private final int exit;

    private ControlFlow(Step[] steps, int[] targets) {
        this.steps = steps;
        this.targets = targets;
        this.blockOf = new int[steps.length];
        findBlocks();
        exit = starts.size();
        connect();
    }

    /// Links all branches.
    ///
    /// @param targets where the branch of each step goes; -1 for other steps
    static void link(Step[] steps, int[] targets) {
        ControlFlow flow = new ControlFlow(steps, targets);
        int[] postDominators = flow.postDominators();
        for (int i = 0; i < steps.length; i++) {
            if (steps[i].kind() == Step.Kind.BRANCH) {
                int meeting = postDominators[flow.blockOf[i]];
                steps[i].link(
                        targets[i],
                        meeting < 0 || meeting == flow.exit ? -1 : flow.starts.get(meeting));
            }
        }
    }

    private void findBlocks() {
        boolean[] begins = new boolean[steps.length];
        begins[0] = true;
        for (int i = 0; i < steps.length; i++) {
            if (targets[i] >= 0) {
                begins[targets[i]] = true;
            }
            if (endsBlock(steps[i]) && i + 1 < steps.length) {
                begins[i + 1] = true;
            }
        }
        for (int i = 0; i < steps.length; i++) {
            if (begins[i]) {
                starts.add(i);
            }
            blockOf[i] = starts.size() - 1;
        }
    }

    private static boolean endsBlock(Step step) {
        return step.kind() == Step.Kind.BRANCH || step.kind() == Step.Kind.EXIT;
    }

    private void connect() {
        for (int block = 0; block <= exit; block++) {
            successors.add(new ArrayList<>());
            predecessors.add(new ArrayList<>());
        }
        for (int block = 0; block < exit; block++) {
            int last = (block + 1 < exit ? starts.get(block + 1) : steps.length) - 1;
            Step step = steps[last];
            if (step.kind() == Step.Kind.BRANCH) {
                edge(block, blockOf[targets[last]]);
            } else if (step.kind() == Step.Kind.EXIT) {
                edge(block, exit);
            }
            if (!endsBlock(step) || step.isGuarded()) {
                edge(block, block + 1);
            }
        }
    }

    private void edge(int from, int to) {
        successors.get(from).add(to);
        predecessors.get(to).add(from);
    }

    /// The immediate post-dominator of each block; -1 where no way leads to an end.
    private int[] postDominators() {
        int[] order = new int[exit + 1];
        int[] reversed = backwardPostorder(order);
        int[] dominators = new int[exit + 1];
        Arrays.fill(dominators, -1);
        dominators[exit] = exit;
        boolean changed = true;
        while (changed) {
            changed = false;
            for (int i = reversed.length - 1; i >= 0; i--) {
                int block = reversed[i];
                if (block == exit) {
                    continue;
                }
                int found = -1;
                for (int next : successors.get(block)) {
                    if (dominators[next] >= 0) {
                        found = found < 0 ? next : meet(found, next, dominators, order);
                    }
                }
                if (found != dominators[block]) {
                    dominators[block] = found;
                    changed = true;
                }
            }
        }
        return dominators;
    }

    private static int meet(int a, int b, int[] dominators, int[] order) {
        int first = a;
        int second = b;
        while (first != second) {
            while (order[first] < order[second]) {
                first = dominators[first];
            }
            while (order[second] < order[first]) {
                second = dominators[second];
            }
        }
        return first;
    }

    /// Blocks in postorder of a walk backwards from the exit; their numbers are left in `order`.
    private int[] backwardPostorder(int[] order) {
        int[] result = new int[exit + 1];
        int[] nextPredecessor = new int[exit + 1];
        boolean[] seen = new boolean[exit + 1];
        int[] stack = new int[exit + 1];
        int depth = 0;
        int count = 0;
        stack[depth++] = exit;
        seen[exit] = true;
        while (depth > 0) {
            int block = stack[depth - 1];
            List<Integer> before = predecessors.get(block);
            if (nextPredecessor[block] < before.size()) {
                int next = before.get(nextPredecessor[block]++);
                if (!seen[next]) {
                    seen[next] = true;
                    stack[depth++] = next;
                }
            } else {
                depth--;
                order[block] = count;
                result[count++] = block;
            }
        }
        return Arrays.copyOf(result, count);
    }
}
