package dev.postern.cli.cert;

import dev.postern.cli.cert.Examination.Question;
import dev.postern.cli.cert.Verdict.Level;
import dev.postern.cli.cert.look.LiveServer;
import dev.postern.cli.cert.look.Starttls;
import dev.postern.cli.tool.ToolException;
import dev.postern.dns.Dns;
import dev.postern.dns.DnsOptions;
import dev.postern.dns.DnsjavaDns;
import java.io.IOException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/** The servers that take the mail of a domain. */
final class MxHosts {
    private final List<String> servers;
    private final int port;
    private final Starttls starttls;

    /** @param servers DNS servers; empty: the system's */
    MxHosts(List<String> servers, int port, Starttls starttls) {
        this.servers = servers;
        this.port = port;
        this.starttls = starttls == Starttls.auto ? Starttls.smtp : starttls;
    }

    /**
     * Examines each host, the most preferred first.
     *
     * @param names  that the certificates must be for beside the host's own
     */
    List<Examination> examine(String domain, List<String> names, Set<X509Certificate> anchors, Instant at) {
        try (Dns dns = new DnsjavaDns(DnsOptions.of(servers))) {
            List<Examination> examinations = new ArrayList<>();
            for (Dns.Mx mx : answer(dns.mx(domain), "the MX hosts of " + domain).stream().sorted(Comparator.comparingInt(Dns.Mx::preference).thenComparing(Dns.Mx::host)).toList()) {
                List<String> asked = new ArrayList<>(List.of(mx.host()));
                asked.addAll(names);
                examinations.add(examine(dns, mx, new Question(asked, anchors, at)));
            }
            return examinations;
        } catch (IllegalArgumentException e) {
            throw new ToolException("--dns: " + e.getMessage());
        }
    }

    /** A host that does not answer is a finding: the others may. */
    private Examination examine(Dns dns, Dns.Mx mx, Question question) {
        String target = mx.host() + ":" + port;
        try {
            var presented = new LiveServer().look(answer(dns.addresses(mx.host()), "the addresses of " + mx.host()), port, mx.host(), starttls);
            return Examination.of(target, presented, question);
        } catch (IOException | ToolException e) {
            return new Examination(target, "no connection", List.of(), List.of(), null, List.of(new Verdict("connection", Level.REFUSED, "There is no connection: " + e.getMessage() + ".")));
        }
    }

    private static <T> T answer(CompletionStage<T> stage, String what) {
        try {
            return stage.toCompletableFuture().join();
        } catch (CompletionException e) {
            throw new ToolException(what + " cannot be looked up: " + e.getCause().getMessage());
        }
    }
}
