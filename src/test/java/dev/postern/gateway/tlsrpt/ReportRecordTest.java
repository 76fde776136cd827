package dev.postern.gateway.tlsrpt;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReportRecordTest {
    private static List<String> uris(String record) {
        return ReportRecord.find(List.of(record)).orElseThrow().destinations().stream().map(ReportRecord.Destination::uri).toList();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "v=TLSRPTv1;rua=mailto:reports@example.com | mailto:reports@example.com",
        "v=TLSRPTv1; rua=https://reporting.example.com/v1/tlsrpt; | https://reporting.example.com/v1/tlsrpt",
        "v=TLSRPTv1 ; x=y ; rua=mailto:a@EXAMPLE.com?subject=evil%0Atext ; | mailto:a@example.com",
        "v=TLSRPTv1;rua=MAILTO:a%2Bb@example.com | mailto:a+b@example.com",
        "v=TLSRPTv1;rua=mailto:a+b@example.com | mailto:a+b@example.com",
    })
    void readsWhatTheRfcAllows(String record, String uri) {
        assertThat(uris(record)).containsExactly(uri);
    }

    @Test
    void severalDestinationsAllGetTheReport() {
        assertThat(uris("v=TLSRPTv1; rua=mailto:a@example.com , https://example.com/r,mailto:a@example.com; rua=mailto:c@example.com"))
                .containsExactly("mailto:a@example.com", "https://example.com/r", "mailto:c@example.com");
        assertThat(uris("v=TLSRPTv1;rua=" + "mailto:%d@example.com,".repeat(50).transform(s -> {
            for (int i = 0; i < 50; i++) {
                s = s.replaceFirst("%d", "a" + i);
            }
            return s;
        }))).hasSize(10);
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://example.com/r", "https:///r", "https://user:word@example.com/r", "ftp://example.com", "mailto:", "mailto:nobody", "mailto:a@b@example.com",
        "mailto:a%0d%0ax@example.com", "mailto:a%zz@example.com", "reports@example.com", "", "https://exa mple.com"})
    void leavesOutWhatIsNoDestination(String uri) {
        assertThat(uris("v=TLSRPTv1;rua=" + uri)).isEmpty();
    }

    @Test
    void anyNumberOfRecordsButOneIsNone() {
        String one = "v=TLSRPTv1;rua=mailto:a@example.com";
        assertThat(ReportRecord.find(List.of())).isEmpty();
        assertThat(ReportRecord.find(List.of(one, "v=TLSRPTv1;rua=mailto:b@example.com"))).isEmpty();
        assertThat(ReportRecord.find(List.of("v=spf1 -all", "v=TLSRPTv10;rua=mailto:a@example.com", "V=TLSRPTV1;", "v=TLSRPTv1"))).isEmpty();
        assertThat(ReportRecord.find(List.of("v=spf1 -all", one))).isPresent();
    }
}
