package dev.postern.gateway.mtasts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.postern.gateway.mtasts.StsPolicy.Mode;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StsPolicyReaderTest {
    private static final String HEAD = "version: STSv1\n";
    private static final String TAIL = "mx: a.test\nmax_age: 1\n";

    private static StsPolicy read(String text) throws StsException {
        return StsPolicyReader.read("7", text);
    }

    /** In a row, | stands for a line end. */
    private static StsException failure(String row) {
        return catchThrowableOfType(StsException.class, () -> read(row.replace('|', '\n')));
    }

    @Test
    void theExampleOfTheStandardIsRead() throws Exception {
        String text = "version: STSv1\nmode: enforce\nmx: mail.example.com\nmx: *.example.net\nmx: backupmx.example.com\nmax_age: 604800\n";

        StsPolicy policy = read(text);

        assertThat(policy).isEqualTo(new StsPolicy("7", Mode.ENFORCE, List.of("mail.example.com", "*.example.net", "backupmx.example.com"), 604800,
                List.of("version: STSv1", "mode: enforce", "mx: mail.example.com", "mx: *.example.net", "mx: backupmx.example.com", "max_age: 604800")));
        assertThat(read(text.replace("\n", "\r\n"))).isEqualTo(policy);
        assertThat(read(text.strip())).isEqualTo(policy);
    }

    @Test
    void orderBlanksUnknownFieldsAndRepetitionsDoNotMatter() throws Exception {
        StsPolicy policy = read("max_age:86400  \n\nmx:\tMX.Example.COM\nx-note: grüße: an alle\nVersion: 9\nmode: testing\nmode: nonsense\nversion: STSv1\nversion: 2\n\n");

        assertThat(policy.mode()).isEqualTo(Mode.TESTING);
        assertThat(policy.mx()).containsExactly("mx.example.com");
        assertThat(policy.maxAgeSeconds()).isEqualTo(86400);
    }

    @Test
    void noneNeedsNoHost() throws Exception {
        assertThat(read(HEAD + "mode: none\nmax_age: 0\n")).extracting(StsPolicy::mode, StsPolicy::mx, StsPolicy::maxAgeSeconds)
                .containsExactly(Mode.NONE, List.of(), 0L);
        assertThat(read(HEAD + "mode: none\nmx: xn--mx-fka.example\nmax_age: 31557600\n").mx()).containsExactly("xn--mx-fka.example");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '#', value = {
        "''                                                        # no line has version",
        "version: STSv1|mode: enforce|mx: a.test                   # no line has max_age; version, mode and max_age are needed",
        "version: STSv1|mx: a.test|max_age: 1                      # no line has mode",
        "mode: enforce|mx: a.test|max_age: 1                       # no line has version",
        "version: STSv1|mode: enforce|max_age: 1                   # no line has mx; mode enforce needs at least one",
        "version: STSv1|mode: testing|max_age: 1                   # no line has mx; mode testing needs at least one",
        "version: STSv2|mode: none|max_age: 1                      # line 1: version 'STSv2' is not known; allowed is STSv1",
        "version: stsv1|mode: none|max_age: 1                      # line 1: version 'stsv1'",
        "version: STSv1|mode: Enforce|max_age: 1                   # line 2: mode 'Enforce' is not known; allowed are enforce, testing and none",
        "version: STSv1|mode:|max_age: 1                           # line 2: mode ''",
        "version: STSv1|mode: none|max_age: 31557601               # line 3: max_age '31557601' is not allowed; it is in seconds, 0 to 31557600",
        "version: STSv1|mode: none|max_age: 99999999999            # line 3: max_age '99999999999'",
        "version: STSv1|mode: none|max_age: -1                     # line 3: max_age '-1'",
        "version: STSv1|mode: none|max_age: 1d                     # line 3: max_age '1d'",
        "version: STSv1|mode: none|max_age: ١                      # line 3: max_age '١'",
        "version: STSv1|mode none|max_age: 1                       # line 2 'mode none' is not NAME: VALUE",
        "version: STSv1|mode : none|max_age: 1                     # line 2 'mode : none' is not NAME: VALUE",
        "' version: STSv1|mode: none|max_age: 1'                   # line 1 ' version: STSv1' is not NAME: VALUE",
        "version: STSv1|_x: y|mode: none|max_age: 1                # line 2 '_x: y' is not NAME: VALUE",
        "\uFEFFversion: STSv1|mode: none|max_age: 1                # line 1",
    })
    void whatIsWrongIsNamedWithItsLineAndWhatIsAllowed(String text, String says) {
        StsException failure = failure(text);

        assertThat(failure.failure()).isEqualTo(StsAnswer.Failure.INVALID);
        assertThat(failure).hasMessageStartingWith("policy: ").hasMessageContaining(says);
    }

    @ParameterizedTest
    @CsvSource({"mx.*.test", "*", "*.", "*mx.test", "**.test", "*.*.test", "a..test", "mx.test.", "mx_1.test", "mx.tést", "'mx.test, mx2.test'", "192.0.2.1:25", "''", ".test", "-a.test"})
    void aPatternIsAHostNameOrAWildcardAndOne(String mx) {
        assertThat(failure(HEAD + "mode: enforce\nmx: ok.test\nmx: " + mx + "\nmax_age: 1\n"))
                .hasMessage("policy: line 4: mx '" + mx + "' is not allowed; it is a host name in A-labels, or *. and one");
    }

    @Test
    void aCarriageReturnAloneEndsNoLine() {
        assertThat(failure(HEAD + "mode: none\rmode: enforce\n" + TAIL)).hasMessageContaining("CR without LF");
    }

    @ParameterizedTest
    @CsvSource({
        "mail.example.com, mail.example.com, true", "mail.example.com, example.com, false", "*.example.com, mx1.example.com, true",
        "*.example.com, a.mx1.example.com, false", "*.example.com, example.com, false", "*.example.com, mx1.example.org, false",
        "*.com, example.com, true", "example.com, xexample.com, false", "*.example.com, .example.com, false"})
    void aWildcardStandsForOneLabel(String pattern, String host, boolean matches) throws Exception {
        assertThat(read(HEAD + "mode: enforce\nmx: " + pattern + "\nmax_age: 1").matches(host)).isEqualTo(matches);
    }
}
