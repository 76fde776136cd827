package dev.postern.gateway.tlsrpt;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postern.gateway.tlsrpt.DayCounts.Detail;
import dev.postern.gateway.tlsrpt.DayCounts.PolicyCounts;
import dev.postern.plan.Settings;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.UUID;
import java.util.zip.GZIPOutputStream;

/**
 * One report.
 *
 * @param domain    that it is about
 * @param submitter host name of this gateway
 * @param id        unique; the same whenever this report is composed again
 * @param json      its text (RFC 8460 section 4.4)
 */
record Report(String domain, LocalDate day, String submitter, UUID id, String json) {
    private static final ObjectMapper JSON = JsonMapper.builder().build();

    /**
     * Composes one.
     *
     * @param instance of this pod: reports of several pods about one domain and day are several reports
     */
    static Report of(DayCounts.DomainCounts counts, LocalDate day, Settings settings, UUID instance) {
        UUID id = UUID.nameUUIDFromBytes((instance + " " + day + " " + counts.domain()).getBytes(StandardCharsets.UTF_8));
        ObjectNode root = JSON.createObjectNode();
        root.put("organization-name", settings.tlsReporting().organizationName());
        root.putObject("date-range").put("start-datetime", day + "T00:00:00Z").put("end-datetime", day + "T23:59:59Z");
        root.put("contact-info", settings.tlsReporting().contactInfo());
        root.put("report-id", reportId(id, settings.hostname()));
        ArrayNode policies = root.putArray("policies");
        counts.policies().forEach(p -> policies.add(policy(counts.domain(), p)));
        try {
            return new Report(counts.domain(), day, settings.hostname(), id, JSON.writeValueAsString(root));
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** As in the report and in the subject of its mail. */
    String reportId() {
        return reportId(id, submitter);
    }

    private static String reportId(UUID id, String submitter) {
        return id + "@" + submitter;
    }

    /** RFC 8460 section 5.1. */
    String fileName() {
        return submitter + "!" + domain + "!" + day.atStartOfDay().toEpochSecond(ZoneOffset.UTC) + "!"
                + (day.plusDays(1).atStartOfDay().toEpochSecond(ZoneOffset.UTC) - 1) + "!" + id.toString().replace("-", "") + ".json.gz";
    }

    /** RFC 8460 section 5.2. */
    byte[] gzip() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
            gzip.write(json.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static ObjectNode policy(String domain, PolicyCounts counts) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        ObjectNode policy = node.putObject("policy");
        policy.put("policy-type", switch (counts.policy().type()) {
            case TLSA -> "tlsa";
            case STS -> "sts";
            case NONE, UNHEEDED -> "no-policy-found";
        });
        if (!counts.policy().lines().isEmpty()) {
            counts.policy().lines().forEach(policy.putArray("policy-string")::add);
        }
        policy.put("policy-domain", domain);
        if (!counts.policy().mx().isEmpty()) {
            counts.policy().mx().forEach(policy.putArray("mx-host")::add);
        }
        node.putObject("summary").put("total-successful-session-count", counts.successes()).put("total-failure-session-count", counts.failures());
        if (!counts.details().isEmpty()) {
            ArrayNode details = node.putArray("failure-details");
            counts.details().forEach(d -> details.add(detail(d.detail(), d.count())));
        }
        return node;
    }

    private static ObjectNode detail(Detail detail, long count) {
        ObjectNode node = JsonNodeFactory.instance.objectNode().put("result-type", detail.resultType());
        put(node, "sending-mta-ip", detail.sendingIp());
        put(node, "receiving-mx-hostname", detail.mxHost());
        put(node, "receiving-ip", detail.address());
        node.put("failed-session-count", count);
        put(node, "failure-reason-code", detail.reason());
        return node;
    }

    private static void put(ObjectNode node, String field, String value) {
        if (value != null) {
            node.put(field, value);
        }
    }
}
