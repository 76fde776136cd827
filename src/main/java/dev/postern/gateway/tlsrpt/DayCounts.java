package dev.postern.gateway.tlsrpt;

import dev.postern.gateway.report.TlsResult;
import java.time.LocalDate;
import java.util.List;

/**
 * What was counted on a day: the form that is kept on disk and that reports are made of.
 *
 * @param day     in UTC
 * @param leftOut sessions of domains that there was no room for
 */
record DayCounts(LocalDate day, long leftOut, List<DomainCounts> domains) {
    DayCounts {
        domains = List.copyOf(domains);
    }

    /** A recipient domain in lower-case A-labels, and what its sessions came to. */
    record DomainCounts(String domain, List<PolicyCounts> policies) {
        DomainCounts {
            policies = List.copyOf(policies);
        }
    }

    /** Sessions under one policy. Those that failed are counted by their details. */
    record PolicyCounts(PolicyKey policy, long successes, List<DetailCount> details) {
        PolicyCounts {
            details = List.copyOf(details);
        }

        long failures() {
            return details.stream().mapToLong(DetailCount::count).sum();
        }
    }

    /** A policy as it was published: two of other wording are two policies. */
    record PolicyKey(TlsResult.Type type, List<String> lines, List<String> mx) {
        PolicyKey {
            lines = List.copyOf(lines);
            mx = List.copyOf(mx);
        }

        /** The kind alone: what stands for policies that there was no room for. */
        PolicyKey bare() {
            return new PolicyKey(type, List.of(), List.of());
        }

        int length() {
            return lines.stream().mapToInt(String::length).sum() + mx.stream().mapToInt(String::length).sum();
        }
    }

    /** Failures that are alike. */
    record DetailCount(Detail detail, long count) {
    }

    /**
     * What failed, and where; what is not known is null.
     *
     * @param resultType of RFC 8460 section 4.3
     * @param sendingIp  this end's address, as RFC 5952 writes it
     * @param mxHost     the server's name
     * @param address    the server's address
     * @param reason     our own name of the failure
     */
    record Detail(String resultType, String sendingIp, String mxHost, String address, String reason) {
        /** The type alone: what stands for details that there was no room for. */
        Detail bare() {
            return new Detail(resultType, null, null, null, null);
        }

        int length() {
            return length(sendingIp) + length(mxHost) + length(address) + length(reason);
        }

        private static int length(String text) {
            return text == null ? 0 : text.length();
        }
    }
}
