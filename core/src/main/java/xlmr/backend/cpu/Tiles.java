package xlmr.backend.cpu;

import static xlmr.backend.cpu.Lanes.FLOATS;
import static xlmr.backend.cpu.Lanes.V;

import jdk.incubator.vector.FloatVector;

/// The innermost loops of all matrix products: C += A B for a tile of a few rows by two vectors,
/// whose sums stay in registers while k runs.
///
/// A lies as `a[ao + k aStep + row]`, B as `b[bo + k WIDTH + column]`, C as `c[co + row cStep +
/// column]`. Every element is one chain of fused multiply-adds over ascending k, whatever the tile,
/// so tiles can be mixed without changing a bit. Heights were measured (docs/kernels.md): 32
/// registers of 512 bits hold 12 rows, 16 registers no more than 4 before the compiler spills. The
/// methods are written out since the sums must be local variables.
final class Tiles {
    /// Columns of a tile.
    static final int WIDTH = 2 * V;

    /// Rows of the tallest tile.
    static final int HEIGHT = V == 16 ? 12 : 4;

    private Tiles() {}

    /// Height of the tile to take when `rows` rows are left; may exceed them by at most 3.
    static int height(int rows) {
        if (HEIGHT == 4 || rows <= 4) {
            return 4;
        }
        return rows > 8 ? 12 : 8;
    }

    /// Rows that the tiles for `rows` rows cover.
    static int paddedRows(int rows) {
        int full = rows / HEIGHT * HEIGHT;
        int rest = rows - full;
        while (rest > 0) {
            int height = height(rest);
            full += height;
            rest -= height;
        }
        return full;
    }

    /// One tile of the given height.
    static void multiply(
            int height,
            int depth,
            float[] a,
            int ao,
            int aStep,
            float[] b,
            int bo,
            float[] c,
            int co,
            int cStep) {
        switch (height) {
            case 4 -> rows4(depth, a, ao, aStep, b, bo, c, co, cStep);
            case 8 -> rows8(depth, a, ao, aStep, b, bo, c, co, cStep);
            default -> rows12(depth, a, ao, aStep, b, bo, c, co, cStep);
        }
    }

    /// 4 rows.
    private static void rows4(
            int depth,
            float[] a,
            int ao,
            int aStep,
            float[] b,
            int bo,
            float[] c,
            int co,
            int cStep) {
        FloatVector zero = FloatVector.zero(FLOATS);
        FloatVector c0l = zero, c0r = zero, c1l = zero, c1r = zero;
        FloatVector c2l = zero, c2r = zero, c3l = zero, c3r = zero;
        for (int k = 0; k < depth; k++, ao += aStep, bo += WIDTH) {
            FloatVector left = FloatVector.fromArray(FLOATS, b, bo);
            FloatVector right = FloatVector.fromArray(FLOATS, b, bo + V);
            FloatVector a0 = FloatVector.broadcast(FLOATS, a[ao]);
            c0l = a0.fma(left, c0l);
            c0r = a0.fma(right, c0r);
            FloatVector a1 = FloatVector.broadcast(FLOATS, a[ao + 1]);
            c1l = a1.fma(left, c1l);
            c1r = a1.fma(right, c1r);
            FloatVector a2 = FloatVector.broadcast(FLOATS, a[ao + 2]);
            c2l = a2.fma(left, c2l);
            c2r = a2.fma(right, c2r);
            FloatVector a3 = FloatVector.broadcast(FLOATS, a[ao + 3]);
            c3l = a3.fma(left, c3l);
            c3r = a3.fma(right, c3r);
        }
        c0l.add(FloatVector.fromArray(FLOATS, c, co)).intoArray(c, co);
        c0r.add(FloatVector.fromArray(FLOATS, c, co + V)).intoArray(c, co + V);
        c1l.add(FloatVector.fromArray(FLOATS, c, co + cStep)).intoArray(c, co + cStep);
        c1r.add(FloatVector.fromArray(FLOATS, c, co + cStep + V)).intoArray(c, co + cStep + V);
        co += 2 * cStep;
        c2l.add(FloatVector.fromArray(FLOATS, c, co)).intoArray(c, co);
        c2r.add(FloatVector.fromArray(FLOATS, c, co + V)).intoArray(c, co + V);
        c3l.add(FloatVector.fromArray(FLOATS, c, co + cStep)).intoArray(c, co + cStep);
        c3r.add(FloatVector.fromArray(FLOATS, c, co + cStep + V)).intoArray(c, co + cStep + V);
    }

    /// 8 rows.
    private static void rows8(
            int depth,
            float[] a,
            int ao,
            int aStep,
            float[] b,
            int bo,
            float[] c,
            int co,
            int cStep) {
        FloatVector zero = FloatVector.zero(FLOATS);
        FloatVector c0l = zero, c0r = zero, c1l = zero, c1r = zero;
        FloatVector c2l = zero, c2r = zero, c3l = zero, c3r = zero;
        FloatVector c4l = zero, c4r = zero, c5l = zero, c5r = zero;
        FloatVector c6l = zero, c6r = zero, c7l = zero, c7r = zero;
        for (int k = 0; k < depth; k++, ao += aStep, bo += WIDTH) {
            FloatVector left = FloatVector.fromArray(FLOATS, b, bo);
            FloatVector right = FloatVector.fromArray(FLOATS, b, bo + V);
            FloatVector a0 = FloatVector.broadcast(FLOATS, a[ao]);
            c0l = a0.fma(left, c0l);
            c0r = a0.fma(right, c0r);
            FloatVector a1 = FloatVector.broadcast(FLOATS, a[ao + 1]);
            c1l = a1.fma(left, c1l);
            c1r = a1.fma(right, c1r);
            FloatVector a2 = FloatVector.broadcast(FLOATS, a[ao + 2]);
            c2l = a2.fma(left, c2l);
            c2r = a2.fma(right, c2r);
            FloatVector a3 = FloatVector.broadcast(FLOATS, a[ao + 3]);
            c3l = a3.fma(left, c3l);
            c3r = a3.fma(right, c3r);
            FloatVector a4 = FloatVector.broadcast(FLOATS, a[ao + 4]);
            c4l = a4.fma(left, c4l);
            c4r = a4.fma(right, c4r);
            FloatVector a5 = FloatVector.broadcast(FLOATS, a[ao + 5]);
            c5l = a5.fma(left, c5l);
            c5r = a5.fma(right, c5r);
            FloatVector a6 = FloatVector.broadcast(FLOATS, a[ao + 6]);
            c6l = a6.fma(left, c6l);
            c6r = a6.fma(right, c6r);
            FloatVector a7 = FloatVector.broadcast(FLOATS, a[ao + 7]);
            c7l = a7.fma(left, c7l);
            c7r = a7.fma(right, c7r);
        }
        c0l.add(FloatVector.fromArray(FLOATS, c, co)).intoArray(c, co);
        c0r.add(FloatVector.fromArray(FLOATS, c, co + V)).intoArray(c, co + V);
        c1l.add(FloatVector.fromArray(FLOATS, c, co + cStep)).intoArray(c, co + cStep);
        c1r.add(FloatVector.fromArray(FLOATS, c, co + cStep + V)).intoArray(c, co + cStep + V);
        co += 2 * cStep;
        c2l.add(FloatVector.fromArray(FLOATS, c, co)).intoArray(c, co);
        c2r.add(FloatVector.fromArray(FLOATS, c, co + V)).intoArray(c, co + V);
        c3l.add(FloatVector.fromArray(FLOATS, c, co + cStep)).intoArray(c, co + cStep);
        c3r.add(FloatVector.fromArray(FLOATS, c, co + cStep + V)).intoArray(c, co + cStep + V);
        co += 2 * cStep;
        c4l.add(FloatVector.fromArray(FLOATS, c, co)).intoArray(c, co);
        c4r.add(FloatVector.fromArray(FLOATS, c, co + V)).intoArray(c, co + V);
        c5l.add(FloatVector.fromArray(FLOATS, c, co + cStep)).intoArray(c, co + cStep);
        c5r.add(FloatVector.fromArray(FLOATS, c, co + cStep + V)).intoArray(c, co + cStep + V);
        co += 2 * cStep;
        c6l.add(FloatVector.fromArray(FLOATS, c, co)).intoArray(c, co);
        c6r.add(FloatVector.fromArray(FLOATS, c, co + V)).intoArray(c, co + V);
        c7l.add(FloatVector.fromArray(FLOATS, c, co + cStep)).intoArray(c, co + cStep);
        c7r.add(FloatVector.fromArray(FLOATS, c, co + cStep + V)).intoArray(c, co + cStep + V);
    }

    /// 12 rows.
    private static void rows12(
            int depth,
            float[] a,
            int ao,
            int aStep,
            float[] b,
            int bo,
            float[] c,
            int co,
            int cStep) {
        FloatVector zero = FloatVector.zero(FLOATS);
        FloatVector c0l = zero, c0r = zero, c1l = zero, c1r = zero;
        FloatVector c2l = zero, c2r = zero, c3l = zero, c3r = zero;
        FloatVector c4l = zero, c4r = zero, c5l = zero, c5r = zero;
        FloatVector c6l = zero, c6r = zero, c7l = zero, c7r = zero;
        FloatVector c8l = zero, c8r = zero, c9l = zero, c9r = zero;
        FloatVector c10l = zero, c10r = zero, c11l = zero, c11r = zero;
        for (int k = 0; k < depth; k++, ao += aStep, bo += WIDTH) {
            FloatVector left = FloatVector.fromArray(FLOATS, b, bo);
            FloatVector right = FloatVector.fromArray(FLOATS, b, bo + V);
            FloatVector a0 = FloatVector.broadcast(FLOATS, a[ao]);
            c0l = a0.fma(left, c0l);
            c0r = a0.fma(right, c0r);
            FloatVector a1 = FloatVector.broadcast(FLOATS, a[ao + 1]);
            c1l = a1.fma(left, c1l);
            c1r = a1.fma(right, c1r);
            FloatVector a2 = FloatVector.broadcast(FLOATS, a[ao + 2]);
            c2l = a2.fma(left, c2l);
            c2r = a2.fma(right, c2r);
            FloatVector a3 = FloatVector.broadcast(FLOATS, a[ao + 3]);
            c3l = a3.fma(left, c3l);
            c3r = a3.fma(right, c3r);
            FloatVector a4 = FloatVector.broadcast(FLOATS, a[ao + 4]);
            c4l = a4.fma(left, c4l);
            c4r = a4.fma(right, c4r);
            FloatVector a5 = FloatVector.broadcast(FLOATS, a[ao + 5]);
            c5l = a5.fma(left, c5l);
            c5r = a5.fma(right, c5r);
            FloatVector a6 = FloatVector.broadcast(FLOATS, a[ao + 6]);
            c6l = a6.fma(left, c6l);
            c6r = a6.fma(right, c6r);
            FloatVector a7 = FloatVector.broadcast(FLOATS, a[ao + 7]);
            c7l = a7.fma(left, c7l);
            c7r = a7.fma(right, c7r);
            FloatVector a8 = FloatVector.broadcast(FLOATS, a[ao + 8]);
            c8l = a8.fma(left, c8l);
            c8r = a8.fma(right, c8r);
            FloatVector a9 = FloatVector.broadcast(FLOATS, a[ao + 9]);
            c9l = a9.fma(left, c9l);
            c9r = a9.fma(right, c9r);
            FloatVector a10 = FloatVector.broadcast(FLOATS, a[ao + 10]);
            c10l = a10.fma(left, c10l);
            c10r = a10.fma(right, c10r);
            FloatVector a11 = FloatVector.broadcast(FLOATS, a[ao + 11]);
            c11l = a11.fma(left, c11l);
            c11r = a11.fma(right, c11r);
        }
        c0l.add(FloatVector.fromArray(FLOATS, c, co)).intoArray(c, co);
        c0r.add(FloatVector.fromArray(FLOATS, c, co + V)).intoArray(c, co + V);
        c1l.add(FloatVector.fromArray(FLOATS, c, co + cStep)).intoArray(c, co + cStep);
        c1r.add(FloatVector.fromArray(FLOATS, c, co + cStep + V)).intoArray(c, co + cStep + V);
        co += 2 * cStep;
        c2l.add(FloatVector.fromArray(FLOATS, c, co)).intoArray(c, co);
        c2r.add(FloatVector.fromArray(FLOATS, c, co + V)).intoArray(c, co + V);
        c3l.add(FloatVector.fromArray(FLOATS, c, co + cStep)).intoArray(c, co + cStep);
        c3r.add(FloatVector.fromArray(FLOATS, c, co + cStep + V)).intoArray(c, co + cStep + V);
        co += 2 * cStep;
        c4l.add(FloatVector.fromArray(FLOATS, c, co)).intoArray(c, co);
        c4r.add(FloatVector.fromArray(FLOATS, c, co + V)).intoArray(c, co + V);
        c5l.add(FloatVector.fromArray(FLOATS, c, co + cStep)).intoArray(c, co + cStep);
        c5r.add(FloatVector.fromArray(FLOATS, c, co + cStep + V)).intoArray(c, co + cStep + V);
        co += 2 * cStep;
        c6l.add(FloatVector.fromArray(FLOATS, c, co)).intoArray(c, co);
        c6r.add(FloatVector.fromArray(FLOATS, c, co + V)).intoArray(c, co + V);
        c7l.add(FloatVector.fromArray(FLOATS, c, co + cStep)).intoArray(c, co + cStep);
        c7r.add(FloatVector.fromArray(FLOATS, c, co + cStep + V)).intoArray(c, co + cStep + V);
        co += 2 * cStep;
        c8l.add(FloatVector.fromArray(FLOATS, c, co)).intoArray(c, co);
        c8r.add(FloatVector.fromArray(FLOATS, c, co + V)).intoArray(c, co + V);
        c9l.add(FloatVector.fromArray(FLOATS, c, co + cStep)).intoArray(c, co + cStep);
        c9r.add(FloatVector.fromArray(FLOATS, c, co + cStep + V)).intoArray(c, co + cStep + V);
        co += 2 * cStep;
        c10l.add(FloatVector.fromArray(FLOATS, c, co)).intoArray(c, co);
        c10r.add(FloatVector.fromArray(FLOATS, c, co + V)).intoArray(c, co + V);
        c11l.add(FloatVector.fromArray(FLOATS, c, co + cStep)).intoArray(c, co + cStep);
        c11r.add(FloatVector.fromArray(FLOATS, c, co + cStep + V)).intoArray(c, co + cStep + V);
    }
}
