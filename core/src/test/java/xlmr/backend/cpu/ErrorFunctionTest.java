package xlmr.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Against the C library's erf and erfc.
class ErrorFunctionTest {
    @ParameterizedTest
    @CsvSource({
        "0.0, 0.0, 1.0",
        "1e-10, 1.1283791670955126e-10, 0.999999999887162",
        "0.1, 0.1124629160182849, 0.8875370839817152",
        "0.5, 0.5204998778130465, 0.4795001221869535",
        "1.0, 0.8427007929497149, 0.15729920705028513",
        "1.5, 0.9661051464753108, 0.033894853524689274",
        "2.0, 0.9953222650189527, 0.004677734981047265",
        "2.5, 0.999593047982555, 0.0004069520174449589",
        "2.999, 0.9999777698314002, 2.2230168599834058e-05",
        "3.0, 0.9999779095030014, 2.2090496998585438e-05",
        "3.5, 0.9999992569016276, 7.430983723414128e-07",
        "4.0, 0.9999999845827421, 1.541725790028002e-08",
        "5.0, 0.9999999999984626, 1.5374597944280351e-12",
        "6.0, 1.0, 2.1519736712498916e-17",
        "10.0, 1.0, 2.088487583762545e-45",
        "20.0, 1.0, 5.3958656116079005e-176",
        "26.0, 1.0, 5.663192408856143e-296"
    })
    void agreesWithTheLibrary(double x, double erf, double erfc) {
        assertThat(ErrorFunction.erf(x)).isEqualTo(erf, within(1e-15));
        assertThat(ErrorFunction.erf(-x)).isEqualTo(-erf, within(1e-15));
        assertThat(ErrorFunction.erfc(x)).isEqualTo(erfc, within(1e-11 * erfc));
        assertThat(ErrorFunction.erfc(-x)).isEqualTo(2 - erfc, within(1e-15));
    }
}
