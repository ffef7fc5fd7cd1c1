package xlmr.ptx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import xlmr.ptx.machine.Dimensions;
import xlmr.ptx.syntax.PtxModule;
import xlmr.ptx.syntax.PtxSyntaxException;

/// What the emulator does not know it refuses, with the name and the line.
class RefusalTest {
    private final Device device = new Device();

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "frob.b32 %r0, %r1; | frob.b32: the instruction 'frob' is not known",
                "add.foo.s32 %r0, %r1, %r2; | add.foo.s32: the modifier .foo is not known here",
                "add.rn.s32 %r0, %r1, %r2; | add.rn.s32: the modifier .rn is not known here",
                "add.s7 %r0, %r1, %r2; | add.s7: the type .s7 is not known",
                "add.b32 %r0, %r1, %r2; | add.b32: not known for .b32",
                "add.s32 %r0, %r1; | add.s32: expected 3 operands, found 2",
                "add.s32 %r0, %r1, %d1; | add.s32: expected a value of up to 32 bits, found %d1",
                "add.s64 %d0, %d1, %r1; | add.s64: expected a value of 64 bits, found %r1",
                "ld.global.foo.b32 %r0, [%d0]; | ld.global.foo.b32: the modifier .foo is not known"
                        + " here",
                "ld.global.v3.b32 %r0, [%d0]; | ld.global.v3.b32: the modifier .v3 is not known"
                        + " here",
                "ld.global.b64 %r0, [%d0]; | ld.global.b64: a register of 64 bits is expected,"
                        + " found %r0",
                "cvt.f16.f32 %r0, %r1; | cvt.f16.f32: a rounding is expected",
                "cvt.rn.s32.s16 %r0, %r1; | cvt.rn.s32.s16: a rounding is not expected, the"
                        + " conversion is exact",
                "cvt.rn.s32.f32 %r0, %r1; | cvt.rn.s32.f32: the rounding is not of the kind that"
                        + " the types need",
                "sqrt.rz.f32 %r0, %r1; | sqrt.rz.f32: one of .rn, .approx is expected",
                "setp.equ.s32 %p0, %r0, %r1; | setp.equ.s32: .equ compares no whole numbers",
                "mma.sync.aligned.m8n8k4.row.col.f32.f16.f16.f32 %r0, %r0, %r0, %r0; |"
                        + " mma.sync.aligned.m8n8k4.row.col.f32.f16.f16.f32: one of .m16n8k16,"
                        + " .m16n8k8, .m16n8k4 is expected",
                "wgmma.fence.sync.aligned; | wgmma.fence.sync.aligned: the type .aligned is not"
                        + " known",
                "bra NOWHERE; | bra: there is no label NOWHERE",
                "call.uni missing, (); | the function missing has no body in this module",
                "red.global.cas.b32 [%d0], %r0, %r1; | red.global.cas.b32: .cas gives a result: it"
                        + " needs atom"
            })
    void anInstructionThatIsNotKnownIsRefusedByNameAndLine(String instruction, String message) {
        assertThatThrownBy(() -> Modules.kernel(device, instruction))
                .isInstanceOfSatisfying(
                        PtxSyntaxException.class,
                        refusal -> assertThat(refusal.line()).isEqualTo(8))
                .hasMessage("PTX line 8: " + message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                ".frob 1; | the directive '.frob' is not known",
                "add.s32 %r0, %r99, 1; | the register %r99 is not declared",
                "mov.u32 %r0, %clock; | the register %clock is not declared",
                "@%r0 add.s32 %r0, %r0, 1; | '%r0' is not a predicate",
                ".reg .b128 %q; | registers of type .b128 are not known",
                ".reg .b32 %r<5>; | the registers %r<> are declared twice",
                "mov.u32 %r0, 1.5; | '1.5' is not a whole number",
                "mov.u32 %r0, #; | the character '#' (U+0023) is not part of PTX",
                ".shared .align 3 .b8 x[4]; | an alignment of 3 is not possible",
                ".shared .b8 x[1000000000]; | 1000000000 elements are too many",
                "A: A: | the label A is there twice"
            })
    void textThatIsNoPtxIsRefusedWithItsLine(String line, String message) {
        assertThatThrownBy(() -> PtxModule.parse(Modules.source(line)))
                .isInstanceOf(PtxSyntaxException.class)
                .hasMessage("PTX line 8: " + message);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".version 8.0 .target sm_80 .address_size 32",
                ".version 8.0 .target sm_80 .visible .entry a() { ",
                ".version 8.0 .target sm_80 .section .text { }",
                ".version 8.0 .target sm_80 .visible .entry a() .explicitcluster { ret; }",
                ".version 8.0 .target sm_80 /* not closed",
                ".version 8.0 .target sm_80 .file 1 \"not closed",
                ".version 8.0 .target sm_80 .visible .entry a() { ret; } .visible .entry a() { ret;"
                        + " }",
                ".version 8.0 .target sm_80 .tex .u32 a;"
            })
    void aBrokenModuleIsRefused(String text) {
        assertThatThrownBy(() -> PtxModule.parse(text))
                .isInstanceOf(PtxSyntaxException.class)
                .hasMessageStartingWith("PTX line 1: ");
    }

    @Test
    void aFunctionThatCallsItselfIsRefused() {
        String text =
                ".version 8.0 .target sm_80 .address_size 64\n"
                        + ".func again() { call again, (); ret; }\n"
                        + ".visible .entry a() { call again, (); ret; }";
        PtxModule module = PtxModule.parse(text);
        assertThatThrownBy(() -> device.load(module))
                .hasMessage("PTX line 2: the function again calls itself, which is not known");
    }

    @Test
    void whatDebuggersNeedChangesNothing() {
        String text =
                """
                .version 8.0
                .target sm_80, debug
                .address_size 64
                .file 1 "a.cu", 123, 456
                .visible .entry a() {
                .loc 1 2 3
                $L__begin:
                .loc 1 2 3, function_name $L__info, inlined_at 1 9 9
                .pragma "nounroll";
                { .reg .b32 x; mov.b32 x, 1; }
                { .reg .b32 x; mov.b32 x, 2; }
                ret;
                }
                .section .debug_info { .b32 1 .b8 2
                $L__info: .b64 .debug_abbrev }
                """;
        Kernel kernel = device.load(PtxModule.parse(text)).kernel("a");
        assertThat(device.launch(kernel, Dimensions.of(1), Dimensions.of(1), 0).warpInstructions())
                .isEqualTo(3);
    }

    @Test
    void aLaunchMustFitTheKernel() {
        String text =
                ".version 8.0 .target sm_80 .address_size 64\n"
                        + ".visible .entry a(.param .u64 p, .param .u32 n) .maxntid 64, 1, 1 { .shared"
                        + " .b8 s[1024]; .reg .b32 r; ld.shared.b32 r, [s]; ret; }";
        Kernel kernel = device.load(PtxModule.parse(text)).kernel("a");
        DeviceBuffer buffer = device.allocate(4);
        refuse(
                () -> device.launch(kernel, Dimensions.of(1), Dimensions.of(32), 0, buffer),
                "a has 2 parameters, not 1");
        refuse(
                () -> device.launch(kernel, Dimensions.of(1), Dimensions.of(32), 0, buffer, 1L),
                "parameter 1 of a has 4 bytes, the argument 1 has 8");
        refuse(
                () -> device.launch(kernel, Dimensions.of(1), Dimensions.of(65), 0, buffer, 1),
                "a is launched with (65, 1, 1) threads; it allows 64");
        refuse(
                () ->
                        device.launch(
                                kernel, Dimensions.of(1), Dimensions.of(32), 163 * 1024, buffer, 1),
                "a is launched with 1024 + 166912 bytes of shared memory; the device has 166912");
    }

    private static void refuse(Runnable launch, String message) {
        assertThatThrownBy(launch::run)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }
}
