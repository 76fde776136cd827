package dev.postern.gateway.tls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.DestinationControlSpec.Dane;
import dev.postern.api.DestinationControlSpec.Identity;
import dev.postern.api.DestinationControlSpec.MtaSts;
import dev.postern.api.DestinationControlSpec.TlsMode;
import dev.postern.dns.TlsaRecord;
import dev.postern.plan.DestinationPlan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Which demand goes before which: every level with everything that can be published and everything a message can ask. docs/tls-precedence.md has
 * the table; {@code -Dpostern.update=true} writes it anew.
 */
class RequirementTest {
    private static final Path DOCUMENT = Path.of("docs/tls-precedence.md");
    private static final TlsaRecord RECORD = new TlsaRecord(3, 1, 1, new byte[32]);

    private static final Published.Dane NO_TLSA = new Published.Dane.Absent();
    private static final Published.Dane UNUSABLE = new Published.Dane.Unusable(List.of(new TlsaRecord(1, 1, 1, new byte[32])));
    private static final Published.Dane USABLE = new Published.Dane.Usable(List.of(RECORD), List.of("mx.partner.test"));
    private static final Published.Dane BOGUS = new Published.Dane.Failed("bogus");
    private static final List<Published.Dane> DANES = List.of(NO_TLSA, UNUSABLE, USABLE, BOGUS);

    private static final Published.Sts NO_POLICY = new Published.Sts.Absent();
    private static final Published.Sts UNAVAILABLE = new Published.Sts.Unavailable("sts-policy-fetch-error", "no answer");
    private static final Published.Sts TESTING = sts(false, true);
    private static final Published.Sts TESTING_OTHER = sts(false, false);
    private static final Published.Sts ENFORCED = sts(true, true);
    private static final Published.Sts ENFORCED_OTHER = sts(true, false);
    private static final List<Published.Sts> POLICIES = List.of(NO_POLICY, UNAVAILABLE, TESTING, TESTING_OTHER, ENFORCED, ENFORCED_OTHER);

    private static Published.Sts sts(boolean enforce, boolean lists) {
        return new Published.Sts.Found(enforce, lists, List.of(), List.of("mx.partner.test"));
    }

    private record Case(TlsMode mode, Dane control, Published.Dane dane, Published.Sts sts, MessageTls message, boolean proven) {
        Requirement requirement() {
            return RequirementTest.requirement(mode, control, dane, sts, message, proven);
        }
    }

    private static Requirement requirement(TlsMode mode, Dane control, Published.Dane dane, Published.Sts sts, MessageTls message, boolean proven) {
        return Requirement.of(new DestinationPlan.Tls(mode, Identity.Hosted, null, List.of(), control, MtaSts.Opportunistic), new Published(dane, sts), message, proven);
    }

    private static Stream<Case> cases() {
        List<Case> cases = new ArrayList<>();
        for (TlsMode mode : TlsMode.values()) {
            for (Dane control : List.of(Dane.Opportunistic, Dane.Mandatory)) {
                for (Published.Dane dane : DANES) {
                    for (Published.Sts sts : POLICIES) {
                        for (MessageTls message : MessageTls.values()) {
                            cases.add(new Case(mode, control, dane, sts, message, true));
                            cases.add(new Case(mode, control, dane, sts, message, false));
                        }
                    }
                }
            }
        }
        return cases.stream();
    }

    private static boolean verifiesName(Requirement requirement) {
        return requirement.hostName() || requirement.requireTls() && requirement.dane() == null;
    }

    @Test
    void theLevelIsNeverLowered() {
        assertThat(cases()).hasSize(1440).allSatisfy(c -> {
            assertThat(c.requirement().mode()).isGreaterThanOrEqualTo(c.mode() == TlsMode.PreferredVerify ? TlsMode.Required : c.mode());
            assertThat(c.requirement().configured()).isEqualTo(c.mode());
        });
        assertThat(requirement(TlsMode.PreferredVerify, Dane.Opportunistic, UNUSABLE, NO_POLICY, MessageTls.DESTINATION, false).verifiesConfigured()).isTrue();
    }

    @Test
    void aMessageThatWantsNothingOfWhatIsPublishedGetsTheControlsOwnLevel() {
        assertThat(cases().filter(c -> c.message() == MessageTls.OPTIONAL && c.control() != Dane.Mandatory))
                .allSatisfy(c -> assertThat(c.requirement()).isEqualTo(new Requirement(c.mode(), c.mode(), null, false, false, null)));
    }

    @Test
    void whatIsMandatoryHereHoldsForItToo() {
        assertThat(cases().filter(c -> c.message() == MessageTls.OPTIONAL && c.control() == Dane.Mandatory))
                .allSatisfy(c -> assertThat(c.requirement()).isEqualTo(requirement(c.mode(), c.control(), c.dane(), NO_POLICY, MessageTls.DESTINATION, c.proven())));
    }

    @Test
    void aPolicyThatIsNotEnforcedChangesNothing() {
        assertThat(cases().filter(c -> List.of(UNAVAILABLE, TESTING, TESTING_OTHER).contains(c.sts())))
                .allSatisfy(c -> assertThat(c.requirement()).isEqualTo(requirement(c.mode(), c.control(), c.dane(), NO_POLICY, c.message(), c.proven())));
    }

    @Test
    void usableTlsaRecordsDecideAloneBetweenThemAndMtaSts() {
        assertThat(cases().filter(c -> c.dane() == USABLE && c.message() != MessageTls.OPTIONAL)).allSatisfy(c -> {
            assertThat(c.requirement()).isEqualTo(requirement(c.mode(), c.control(), c.dane(), NO_POLICY, c.message(), c.proven()));
            assertThat(c.requirement().mode()).isEqualTo(TlsMode.RequiredVerify);
            assertThat(c.requirement().dane()).isEqualTo(USABLE);
            assertThat(verifiesName(c.requirement())).isFalse();
        });
    }

    @Test
    void anEnforcedPolicyHoldsWhereThereAreNoUsableTlsaRecords() {
        assertThat(cases().filter(c -> c.sts() instanceof Published.Sts.Found f && f.enforce() && c.dane() != USABLE && c.message() != MessageTls.OPTIONAL))
                .allSatisfy(c -> {
                    assertThat(c.requirement().mode()).isEqualTo(TlsMode.RequiredVerify);
                    assertThat(c.requirement().hostName()).isTrue();
                    boolean earlier = c.dane() == BOGUS || c.control() == Dane.Mandatory;
                    assertThat(c.requirement().refusal() != null).isEqualTo(earlier || c.sts() == ENFORCED_OTHER || c.message() == MessageTls.REQUIRED && !c.proven());
                });
    }

    @Test
    void whatDnssecProvesWrongOrMandatoryDaneMissesRulesTheHostOut() {
        assertThat(cases().filter(c -> c.message() != MessageTls.OPTIONAL)).allSatisfy(c -> {
            String reason = c.requirement().refusal() == null ? null : c.requirement().refusal().reason();
            if (c.dane() == BOGUS) {
                assertThat(reason).isEqualTo("DnssecFailed");
            } else if (c.control() == Dane.Mandatory && c.dane() != USABLE) {
                assertThat(reason).isEqualTo("DaneMissing");
            } else {
                assertThat(reason).isNotIn("DnssecFailed", "DaneMissing");
            }
        });
    }

    @Test
    void requireTlsNeedsAProvenHostAndAVerifiedPeer() {
        assertThat(cases().filter(c -> c.message() == MessageTls.REQUIRED)).allSatisfy(c -> {
            assertThat(c.requirement().requireTls()).isTrue();
            assertThat(c.requirement().mode()).isEqualTo(TlsMode.RequiredVerify);
            assertThat(c.requirement().dane() != null || verifiesName(c.requirement())).isTrue();
            assertThat(c.proven() || c.requirement().refusal() != null).isTrue();
        });
    }

    @Test
    void theDocumentHasTheTable() throws IOException {
        String current = document();
        if (Boolean.getBoolean("postern.update")) {
            Files.writeString(DOCUMENT, current);
        }
        assertThat(DOCUMENT).as("-Dpostern.update=true writes it").exists().content().isEqualTo(current);
    }

    private static String document() {
        return """
                <!-- Generated from the code: mvn test -Dtest=RequirementTest -Dpostern.update=true -->
                # What a connection must come to

                A DestinationControl's `tls.mode` is the least that mail to its domains gets. What the domain publishes (DANE, MTA-STS) and what a message asks
                (REQUIRETLS) raise it. The tables have, for each mode, the level that results; behind a colon, what must verify:

                - *own*: the certificate by the DestinationControl's own `tls` (identity, trust bundle, pins)
                - *TLSA*: the chain by the host's TLSA records
                - *host*: the certificate for the host's name
                - *no connection*: the host is passed over, for the reason given

                TLSA records are *usable* (proven by DNSSEC, usage 2 or 3), *unusable* (proven, none of those), *none* (proven to be absent, or in a zone that is not signed),
                or *bogus* (proven wrong, or no answer). An MTA-STS policy is *enforced* and lists the host, or does not; *other* is everything else: none published,
                none to be had, for testing, or none.

                ## Messages without a wish of their own

                `tls.dane: Opportunistic`, `tls.mtaSTS: Opportunistic`. Without these fields the first row holds. Mode None does not go with them, and the API server refuses
                it; its column is here for completeness.

                %s
                With `tls.dane: Mandatory` the rows of usable and of bogus records stay as they are; the others are: no connection, DaneMissing.

                ## Messages with REQUIRETLS

                The server must offer REQUIRETLS, too. The host's name must be beyond doubt: configured as a route, proven by DNSSEC, or listed by an enforced policy; else:
                no connection, MxNotProven.

                %s
                ## Messages with `TLS-Required: No`

                What is published does not hold; the DestinationControl does, and with it DANE where it is mandatory there.

                %s""".formatted(table(MessageTls.DESTINATION), table(MessageTls.REQUIRED), optional());
    }

    private static String table(MessageTls message) {
        StringBuilder text = head("TLSA records", "MTA-STS");
        for (Published.Dane dane : DANES) {
            for (Published.Sts sts : List.of(NO_POLICY, ENFORCED, ENFORCED_OTHER)) {
                text.append("| ").append(name(dane)).append(" | ").append(sts == NO_POLICY ? "other" : sts == ENFORCED ? "enforced, lists it" : "enforced, does not");
                for (TlsMode mode : TlsMode.values()) {
                    text.append(" | ").append(cell(requirement(mode, Dane.Opportunistic, dane, sts, message, true)));
                }
                text.append(" |\n");
            }
        }
        return text.toString();
    }

    private static String optional() {
        StringBuilder text = head();
        for (TlsMode mode : TlsMode.values()) {
            text.append("| ").append(cell(requirement(mode, Dane.Opportunistic, USABLE, ENFORCED_OTHER, MessageTls.OPTIONAL, false))).append(' ');
        }
        return text.append("|\n").toString();
    }

    private static StringBuilder head(String... first) {
        List<String> columns = new ArrayList<>(List.of(first));
        Stream.of(TlsMode.values()).forEach(mode -> columns.add("mode " + mode));
        return new StringBuilder("| " + String.join(" | ", columns) + " |\n|" + "---|".repeat(columns.size()) + "\n");
    }

    private static String name(Published.Dane dane) {
        return dane == NO_TLSA ? "none" : dane == UNUSABLE ? "unusable" : dane == USABLE ? "usable" : "bogus";
    }

    private static String cell(Requirement requirement) {
        if (requirement.refusal() != null) {
            return "no connection, " + requirement.refusal().reason();
        }
        List<String> checks = new ArrayList<>();
        if (requirement.configured() == TlsMode.RequiredVerify) {
            checks.add("own");
        }
        if (requirement.dane() != null) {
            checks.add("TLSA");
        }
        if (verifiesName(requirement)) {
            checks.add("host");
        }
        return requirement.mode() + checks.stream().collect(Collectors.joining(" and ", checks.isEmpty() ? "" : ": ", ""));
    }
}
