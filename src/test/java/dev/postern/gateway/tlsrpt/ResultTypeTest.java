package dev.postern.gateway.tlsrpt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.DestinationControlSpec.TlsMode;
import dev.postern.gateway.tls.OutboundTls;
import dev.postern.gateway.tls.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ResultTypeTest {
    /** RFC 8460 section 4.3. */
    private static final Set<String> OF_THE_RFC = Set.of("starttls-not-supported", "certificate-host-mismatch", "certificate-expired", "certificate-not-trusted",
            "validation-failure", "tlsa-invalid", "dnssec-invalid", "dane-required", "sts-policy-fetch-error", "sts-policy-invalid", "sts-webpki-invalid");

    @ParameterizedTest
    @EnumSource(Verdict.Reason.class)
    void everyVerdictOnACertificateHasAResultType(Verdict.Reason reason) {
        assertThat(ResultType.knows(reason.name())).as(reason.name()).isTrue();
        assertThat(OF_THE_RFC).contains(ResultType.of(reason.name()).orElseThrow());
    }

    @ParameterizedTest
    @EnumSource(value = OutboundTls.Outcome.class, mode = EnumSource.Mode.EXCLUDE, names = {"NOT_TRIED", "ENCRYPTED"})
    void everythingThatNegotiationCanComeToHasAResultType(OutboundTls.Outcome outcome) {
        String reason = OutboundTls.decide(TlsMode.Required, outcome, null).reason();
        assertThat(ResultType.knows(reason)).as(reason).isTrue();
        assertThat(OF_THE_RFC).contains(ResultType.of(reason).orElseThrow());
    }

    /** The reasons of these are not an enum's; so the source is asked. */
    @Test
    void everyRefusalHasAResultTypeOrIsNoMatterOfTheDomain() throws IOException {
        Set<String> reasons = new TreeSet<>();
        Pattern literal = Pattern.compile("new Refusal\\(\"(\\w+)\"|Stage\\.\\w+, \"(\\w+)\", \"");
        for (String file : new String[] {"Requirement.java", "OutboundTls.java"}) {
            Matcher found = literal.matcher(Files.readString(Path.of("src/main/java/dev/postern/gateway/tls", file)));
            while (found.find()) {
                reasons.add(found.group(1) != null ? found.group(1) : found.group(2));
            }
        }
        assertThat(reasons).contains("DnssecFailed", "DaneMissing", "StsMxMismatch", "NotOffered");
        assertThat(reasons).allMatch(ResultType::knows);
    }

    @ParameterizedTest
    @CsvSource({"NotOffered,starttls-not-supported", "NameMismatch,certificate-host-mismatch", "Expired,certificate-expired", "UnknownIssuer,certificate-not-trusted",
        "HandshakeFailed,validation-failure", "DaneMismatch,tlsa-invalid", "DnssecFailed,dnssec-invalid", "DaneMissing,dane-required", "StsMxMismatch,validation-failure"})
    void theTypeIsTheOneOfTheRfc(String reason, String type) {
        assertThat(ResultType.of(reason)).contains(type);
    }

    @Test
    void whatAMessageAskedIsNotHeldAgainstTheDomain() {
        assertThat(Stream.of("MxNotProven", "RequireTlsNotOffered").map(ResultType::of)).allMatch(t -> t.isEmpty());
    }

    @Test
    void aReasonThatNobodyThoughtOfIsAGeneralFailure() {
        assertThat(ResultType.of("Moonlight")).contains("validation-failure");
    }
}
