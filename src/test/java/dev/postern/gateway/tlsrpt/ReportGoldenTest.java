package dev.postern.gateway.tlsrpt;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.postern.gateway.report.TlsResult.Outcome;
import dev.postern.gateway.report.TlsResult.Policy;
import dev.postern.gateway.report.TlsResult.Type;
import dev.postern.gateway.report.TlsResult;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;

class ReportGoldenTest {
    private static final Path GOLDEN = Path.of("src/test/resources/tlsrpt/report.json");
    private static final UUID INSTANCE = UUID.fromString("00000000-0000-4000-8000-000000000001");
    private static final LocalDate DAY = LocalDate.of(2026, 11, 21);
    /** Every field of RFC 8460 section 4.4 with its JSON type; those with an asterisk must be there. */
    private static final Map<String, Map<String, String>> FIELDS = Map.of(
            "", Map.of("organization-name*", "STRING", "date-range*", "OBJECT", "contact-info*", "STRING", "report-id*", "STRING", "policies*", "ARRAY"),
            "date-range", Map.of("start-datetime*", "STRING", "end-datetime*", "STRING"),
            "policies", Map.of("policy*", "OBJECT", "summary*", "OBJECT", "failure-details", "ARRAY"),
            "policy", Map.of("policy-type*", "STRING", "policy-string", "ARRAY", "policy-domain*", "STRING", "mx-host", "ARRAY"),
            "summary", Map.of("total-successful-session-count*", "NUMBER", "total-failure-session-count*", "NUMBER"),
            "failure-details", Map.of("result-type*", "STRING", "sending-mta-ip", "STRING", "receiving-mx-hostname", "STRING", "receiving-mx-helo", "STRING",
                    "receiving-ip", "STRING", "failed-session-count*", "NUMBER", "additional-information", "STRING", "failure-reason-code", "STRING"));

    static Report report(String domain, TlsResult... results) {
        Tally tally = new Tally(DAY, Tally.Bounds.STANDARD);
        for (TlsResult result : results) {
            Session.of(result).ifPresent(tally::add);
        }
        return Report.of(tally.counts().domains().getFirst(), DAY, TestSettings.of(TestSettings.UNSIGNED), INSTANCE);
    }

    private static Report ofEverything() {
        String domain = "company-y.example";
        return report(domain, Results.verified(domain, Results.STS), Results.verified(domain, Results.STS), Results.failed(domain, "Expired", Results.STS),
                Results.of(domain, Outcome.ENCRYPTED, "UnknownIssuer", Results.STS, false), Results.failed(domain, "DaneMismatch", Results.TLSA),
                Results.encrypted(domain), Results.of(domain, Outcome.CLEAR, "NotOffered", Policy.NONE, false),
                Results.of(domain, Outcome.ENCRYPTED, null, new Policy(Type.STS, List.of(), List.of(), "sts-webpki-invalid"), false));
    }

    @Test
    void theReportIsTheOneThatStandsInTheFile() throws IOException {
        ObjectMapper mapper = new ObjectMapper();
        JsonNode json = mapper.readTree(ofEverything().json());
        if (Boolean.getBoolean("postern.update")) {
            Files.writeString(GOLDEN, mapper.writerWithDefaultPrettyPrinter().writeValueAsString(json) + "\n");
        }
        assertThat(mapper.writerWithDefaultPrettyPrinter().writeValueAsString(json) + "\n").isEqualTo(Files.readString(GOLDEN));
    }

    @Test
    void itHasTheStructureOfTheRfcAndNoOtherField() throws IOException {
        check("", new ObjectMapper().readTree(ofEverything().json()));
    }

    private static void check(String of, JsonNode node) {
        Map<String, String> known = FIELDS.get(of);
        known.keySet().stream().filter(f -> f.endsWith("*")).forEach(f -> assertThat(node.has(f.substring(0, f.length() - 1))).as(of + " has " + f).isTrue());
        node.properties().forEach(field -> {
            String name = field.getKey();
            JsonNode value = field.getValue();
            String type = known.containsKey(name) ? known.get(name) : known.get(name + "*");
            assertThat(value.getNodeType()).as(of + "/" + name).hasToString(type);
            if (FIELDS.containsKey(name)) {
                (value.isArray() ? value : List.of(value)).forEach(v -> check(name, v));
            } else if (value.isArray()) {
                value.forEach(v -> assertThat(v.isTextual()).isTrue());
            }
            if (name.equals("policy-type")) {
                assertThat(value.asText()).isIn(Set.of("tlsa", "sts", "no-policy-found"));
            }
        });
    }

    @Test
    void theFileNameHasSenderDomainAndTheSecondsOfTheDay() {
        assertThat(ofEverything().fileName()).matches("mail\\.company-x\\.example!company-y\\.example!1795219200!1795305599![0-9a-f]{32}\\.json\\.gz");
    }

    @Test
    void theSameReportHasTheSameIdAndThatOfAnotherPodHasAnother() {
        Report one = ofEverything();
        assertThat(ofEverything().id()).isEqualTo(one.id());
        assertThat(one.json()).contains("\"report-id\":\"" + one.reportId() + "\"");
        var counts = new DayCounts.DomainCounts("company-y.example", List.of());
        assertThat(Report.of(counts, DAY, TestSettings.of(TestSettings.UNSIGNED), UUID.randomUUID()).id()).isNotEqualTo(one.id());
    }

    @Test
    void itIsPackedWithGzip() throws IOException {
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(ofEverything().gzip()))) {
            assertThat(new String(in.readAllBytes(), StandardCharsets.UTF_8)).isEqualTo(ofEverything().json());
        }
    }
}
