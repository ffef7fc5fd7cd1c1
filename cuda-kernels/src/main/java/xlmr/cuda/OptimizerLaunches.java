package xlmr.cuda;

import java.util.ArrayList;
import java.util.List;
import xlmr.backend.AdamWStep;
import xlmr.backend.AdamWUpdate;
import xlmr.tensor.Tensor;

/// The launches of a step of the optimizer: one for all tensors, with a table of where they lie.
record OptimizerLaunches(Operation operation) {
    /// `PIECE` of the kernels.
    private static final int PIECE = 8192;

    private static final int THREADS = 256;

    void fill(List<Tensor> tensors, float value) {
        Table table = new Table();
        tensors.forEach(tensor -> addElements(table, tensor, true));
        operation.rows("fillAll", table.blocks, THREADS, table.upload(), tensors.size(), value);
    }

    /// Sums of squares, then first elements.
    double[] numbers(List<Tensor> squared, List<Tensor> single) {
        int count = squared.size() + single.size();
        if (count == 0) {
            return new double[0];
        }
        Table table = new Table();
        squared.forEach(tensor -> addElements(table, tensor, true));
        single.forEach(tensor -> addElements(table, tensor, false));
        DevicePointer lines = table.upload();
        DevicePointer partial = operation.scratch(8L * Math.max(1, table.blocks));
        DevicePointer numbers = operation.scratch(8L * count);
        operation.rows("sumOfSquaresPieces", table.blocks, THREADS, lines, squared.size(), partial);
        operation.rows("readNumbers", count, THREADS, lines, partial, numbers);
        return operation.readDoubles(numbers, count);
    }

    private void addElements(Table table, Tensor tensor, boolean inPieces) {
        int elements = tensor.shape().elements();
        table.add(tensor);
        table.numbers.add(elements);
        table.addFirstBlock(inPieces ? elements : 0);
    }

    void adamW(List<AdamWUpdate> updates, float gradientScale) {
        Table table = new Table();
        for (AdamWUpdate update : updates) {
            AdamWStep step = update.step();
            int elements = update.parameter().shape().elements();
            table.add(update.parameter());
            table.add(update.gradient());
            table.add(update.firstMoment());
            table.add(update.secondMoment());
            table.numbers.add(elements);
            table.addFirstBlock(elements);
            table.add((float) step.beta1());
            table.add((float) (1 - step.beta1()));
            table.add((float) step.beta2());
            table.add((float) (1 - step.beta2()));
            table.add((float) step.epsilon());
            table.add(step.decay());
            table.add(step.stepSize());
            table.add(step.correction());
        }
        operation.rows(
                "adamW", table.blocks, THREADS, table.upload(), updates.size(), gradientScale);
    }

    /// Structs of the kernels, one after the other, in ints.
    private final class Table {
        private final List<Integer> numbers = new ArrayList<>();
        private int blocks;

        void add(Tensor tensor) {
            long address = operation.pointer(tensor).address();
            numbers.add((int) address);
            numbers.add((int) (address >>> 32));
        }

        void add(float number) {
            numbers.add(Float.floatToRawIntBits(number));
        }

        void addFirstBlock(int elements) {
            numbers.add(blocks);
            blocks += Math.ceilDiv(elements, PIECE);
        }

        /// With a line behind the last: no place, no elements, the number of blocks.
        DevicePointer upload() {
            numbers.addAll(List.of(0, 0, 0, blocks));
            return operation.upload(numbers.stream().mapToInt(Integer::intValue).toArray());
        }
    }
}
