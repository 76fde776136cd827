package dev.postern.cli.cert;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import dev.postern.cli.cert.Verdict.Level;
import dev.postern.cli.cert.look.Material;
import dev.postern.cli.cert.look.Presented;
import dev.postern.pki.Chains;
import dev.postern.pki.HostNames;
import dev.postern.pki.KeyPairs;
import dev.postern.pki.Names;
import dev.postern.pki.path.Arrangement;
import dev.postern.pki.path.Paths;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What a peer that verifies would say to certificates; what {@code check} prints. Pure.
 *
 * @param target    file, or host and port
 * @param how       the file's form, or how TLS began, with version and cipher suite
 * @param presented every certificate as it came
 * @param arranged  as it should be served; the same where there is nothing to do better
 * @param trusted   from the certificate to the authority that is trusted; null where there is none
 * @param accepted  whether nothing would make a peer refuse
 */
@JsonPropertyOrder({"target", "how", "accepted", "verdicts", "presented", "arranged", "trusted"})
record Examination(String target, String how, List<Details> presented, List<Shown.Link> arranged, List<Shown.Link> trusted, List<Verdict> verdicts) {
    private static final Duration SOON = Duration.ofDays(14);

    public boolean isAccepted() {
        return verdicts.stream().noneMatch(v -> v.level() == Level.REFUSED);
    }

    /** What is asked of certificates. */
    record Question(List<String> names, Set<X509Certificate> anchors, Instant at) {
    }

    /** Of a file: its own certificate is the key's, else the first that issued none of the others. */
    static Examination of(String target, Material material, Question question) {
        List<Verdict> first = new ArrayList<>();
        if (material.keyTrouble() != null) {
            first.add(new Verdict("key", Level.WARNING, "The private key in the file is not looked at: " + material.keyTrouble() + "."));
        }
        List<X509Certificate> all = material.certificates();
        X509Certificate leaf = all.stream().filter(c -> all.stream().noneMatch(other -> !other.equals(c) && Chains.issued(c, other))).findFirst().orElse(all.getFirst());
        return of(target, material.form(), all, material.key() == null ? leaf.getPublicKey() : material.key().getPublic(), first, question);
    }

    /** Of a server: its own certificate is the first that it shows (RFC 8446, 4.4.2). */
    static Examination of(String target, Presented presented, Question question) {
        List<Verdict> first = new ArrayList<>();
        if (presented.trouble() != null) {
            first.add(new Verdict("connection", Level.REFUSED, sentence(presented.trouble()) + " Mail that must be encrypted is not sent to it."));
        }
        String how = Stream.of(presented.how(), presented.protocol(), presented.cipher()).filter(s -> s != null).reduce((a, b) -> a + ", " + b).orElse("");
        if (presented.chain().isEmpty()) {
            return new Examination(target, how, List.of(), List.of(), null, first);
        }
        return of(target, how, presented.chain(), presented.chain().getFirst().getPublicKey(), first, question);
    }

    private static Examination of(String target, String how, List<X509Certificate> given, PublicKey key, List<Verdict> verdicts, Question question) {
        Arrangement arranged = Arrangement.of(given, key, question.anchors(), question.at());
        X509Certificate leaf = arranged.chain().getFirst();
        Paths.Result path = Paths.validate(arranged(leaf, given), question.anchors(), question.at());
        key(leaf, arranged, verdicts);
        dates(leaf, question.at(), verdicts);
        chain(arranged, verdicts);
        verdicts.add(path.trusted()
                ? new Verdict("trust", Level.OK, "A path leads to the trusted authority '" + Names.subject(path.path().getLast()) + "'.")
                : new Verdict("trust", Level.REFUSED, sentence(path.detail()) + todo(path.reason())));
        names(leaf, question.names(), verdicts);
        return new Examination(target, how, given.stream().map(c -> Details.of(c, question.at())).toList(), arranged.chain().stream().map(Shown.Link::of).toList(),
                path.trusted() ? path.path().stream().map(Shown.Link::of).toList() : null, verdicts);
    }

    /** The leaf first; what else there is, a peer gets too. */
    private static List<X509Certificate> arranged(X509Certificate leaf, List<X509Certificate> given) {
        return Stream.concat(Stream.of(leaf), given.stream().filter(c -> !c.equals(leaf))).toList();
    }

    private static void key(X509Certificate leaf, Arrangement arranged, List<Verdict> verdicts) {
        var mismatch = arranged.findings().stream().filter(f -> f.kind() == Arrangement.Kind.KEY_MISMATCH).findFirst();
        String unsupported = KeyPairs.unsupported(leaf.getPublicKey());
        if (mismatch.isPresent()) {
            verdicts.add(new Verdict("key", Level.REFUSED, sentence(mismatch.get().message())));
        } else if (unsupported != null) {
            verdicts.add(new Verdict("key", Level.REFUSED, "The key " + unsupported + "."));
        } else {
            verdicts.add(new Verdict("key", Level.OK, "The key is " + KeyPairs.algorithm(leaf.getPublicKey()) + "."));
        }
    }

    private static void dates(X509Certificate leaf, Instant at, List<Verdict> verdicts) {
        Instant from = leaf.getNotBefore().toInstant();
        Instant to = leaf.getNotAfter().toInstant();
        if (at.isBefore(from)) {
            verdicts.add(new Verdict("dates", Level.REFUSED, "The certificate is not valid before " + from + "."));
        } else if (at.isAfter(to)) {
            verdicts.add(new Verdict("dates", Level.REFUSED, "The certificate expired at " + to + ". Renew it."));
        } else if (at.plus(SOON).isAfter(to)) {
            verdicts.add(new Verdict("dates", Level.WARNING, "The certificate ends soon, at " + to + ". Renew it."));
        } else {
            verdicts.add(new Verdict("dates", Level.OK, "The certificate is valid from " + from + " until " + to + "."));
        }
    }

    private static void chain(Arrangement arranged, List<Verdict> verdicts) {
        int before = verdicts.size();
        for (Arrangement.Finding finding : arranged.findings()) {
            switch (finding.kind()) {
                case KEY_MISMATCH, UNSUPPORTED_KEY, EXPIRED, NOT_YET_VALID -> { }   // said above
                case INCOMPLETE -> verdicts.add(new Verdict("chain", Level.REFUSED, sentence(finding.message())));
                default -> verdicts.add(new Verdict("chain", Level.WARNING, sentence(finding.message())));
            }
        }
        if (verdicts.size() == before) {
            verdicts.add(new Verdict("chain", Level.OK, "The chain is in order."));
        }
    }

    private static void names(X509Certificate leaf, List<String> names, List<Verdict> verdicts) {
        if (names.isEmpty()) {
            verdicts.add(new Verdict("name", Level.WARNING, "No name was asked for; --name HOST asks whether it is for a host, such as the MX host of a domain."));
        }
        for (String name : names) {
            verdicts.add(HostNames.matches(leaf, name) ? new Verdict("name", Level.OK, "The certificate is for " + name + ".")
                    : new Verdict("name", Level.REFUSED, "The certificate is not for " + name + ", but for " + named(leaf) + ". A peer that verifies wants the name of the MX host."));
        }
        if (Names.dnsNames(leaf).isEmpty() && Names.commonName(leaf).isPresent()) {
            verdicts.add(new Verdict("name", Level.WARNING, "The certificate has no DNS name in its subject alternative name. Many peers do not look at the CN any more."));
        }
    }

    private static String named(X509Certificate leaf) {
        List<String> names = Names.dnsNames(leaf);
        return names.isEmpty() ? Names.commonName(leaf).map(cn -> cn + " (its CN)").orElse("no name at all") : String.join(", ", names);
    }

    private static String todo(Paths.Reason reason) {
        return switch (reason) {
            case SELF_SIGNED -> " Only peers that were given it can verify it: --trust FILE looks as they do.";
            case UNKNOWN_ISSUER -> " Add the intermediates that are missing; or the authority is a private one: --trust FILE names it.";
            case EXPIRED -> " Renew it.";
            default -> "";
        };
    }

    private static String sentence(String clause) {
        return Character.toUpperCase(clause.charAt(0)) + clause.substring(1) + (clause.endsWith(".") ? "" : ".");
    }
}
