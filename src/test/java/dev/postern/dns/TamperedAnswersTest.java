package dev.postern.dns;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.testing.SignedZones.Signing;
import dev.postern.testing.SignedZones.Zone;
import dev.postern.testing.SignedZones;
import java.lang.reflect.Proxy;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.RRSIGRecord;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Resolver;
import org.xbill.DNS.Section;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;

/** What somebody between us and the name server may do to its answers, and what validation makes of it. */
class TamperedAnswersTest {
    private static final String A = "a1".repeat(32);
    private static SignedZones zones;

    @BeforeAll
    static void serve() throws Exception {
        zones = SignedZones.serve(List.of(
                new Zone("secure.test", Signing.SIGNED, """
                        @ MX 10 mx
                        mx A 127.89.0.1
                        _25._tcp.mx TLSA 3 1 1 %s
                        bare A 127.89.0.2
                        nothing TXT here
                        """.formatted(A)),
                new Zone("plain.test", Signing.UNSIGNED, "@ MX 10 host\nhost A 127.89.0.7\n")));
    }

    @AfterAll
    static void stop() throws Exception {
        if (zones != null) {
            zones.close();
        }
    }

    private static <T> T get(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(60, TimeUnit.SECONDS);
    }

    /** The answer to a question, changed on its way to the validator. */
    private static Message tampered(UnaryOperator<Message> change, String name, int type) throws Exception {
        Resolver servers = NameServers.resolver(List.of(zones.address()), Duration.ofSeconds(5), Duration.ofSeconds(20));
        Resolver between = (Resolver) Proxy.newProxyInstance(Resolver.class.getClassLoader(), new Class<?>[] {Resolver.class}, (proxy, method, arguments) -> {
            Object result = method.invoke(servers, arguments);
            boolean asked = method.getName().equals("sendAsync") && ((Message) arguments[0]).getQuestion().getType() == type
                    && ((Message) arguments[0]).getQuestion().getName().toString(true).equals(name);
            return asked ? ((CompletionStage<?>) result).thenApply(m -> change.apply((Message) m)) : result;
        });
        Message query = Message.newQuery(Record.newRecord(Name.fromString(name, Name.root), type, DClass.IN));
        return get(Validation.of(between, List.of(zones.anchor())).sendAsync(query, Runnable::run));
    }

    private static Message signedBy(Message answer, String signer) {
        try {
            for (int section : new int[] {Section.ANSWER, Section.AUTHORITY}) {
                for (Record record : List.copyOf(answer.getSection(section))) {
                    if (record instanceof RRSIGRecord s) {
                        answer.removeRecord(record, section);
                        answer.addRecord(new RRSIGRecord(s.getName(), s.getDClass(), s.getTTL(), s.getTypeCovered(), s.getAlgorithm(), s.getOrigTTL(), s.getExpire(),
                                s.getTimeSigned(), s.getFootprint(), Name.fromString(signer), s.getSignature()), section);
                    }
                }
            }
            return answer;
        } catch (TextParseException e) {
            throw new IllegalArgumentException(e);
        }
    }

    @Test
    void aSignatureOfAZoneThatIsNotSignedDoesNotMakeWhatIsBogusUnsigned() throws Exception {
        assertThat(tampered(m -> m, "secure.test", Type.MX).getHeader().getFlag(Flags.AD)).isTrue();
        for (String signer : List.of("plain.test.", "host.plain.test.", "secure.test.plain.test.", "x.secure.test.", "test.")) {
            assertThat(tampered(m -> signedBy(m, signer), "secure.test", Type.MX).getRcode()).as("MX by " + signer).isEqualTo(Rcode.SERVFAIL);
            assertThat(tampered(m -> signedBy(m, signer), "_25._tcp.bare.secure.test", Type.TLSA).getRcode()).as("denial by " + signer).isEqualTo(Rcode.SERVFAIL);
        }
    }

    @Test
    void whatIsStrippedIsBogus() throws Exception {
        assertThat(tampered(m -> without(m, Type.RRSIG), "secure.test", Type.MX).getRcode()).isEqualTo(Rcode.SERVFAIL);
        assertThat(tampered(m -> without(m, Type.TLSA), "_25._tcp.mx.secure.test", Type.TLSA).getRcode()).isEqualTo(Rcode.SERVFAIL);
    }

    private static Message without(Message answer, int type) {
        for (int section : new int[] {Section.ANSWER, Section.AUTHORITY}) {
            List.copyOf(answer.getSection(section)).stream().filter(r -> r.getType() == type || r.getRRsetType() == type).forEach(r -> answer.removeRecord(r, section));
        }
        return answer;
    }

    @Test
    void aBareDenialIsBogusInASignedZoneAndUnsignedInOneThatIsNot() throws Exception {
        Message signed = tampered(TamperedAnswersTest::bare, "nothing.secure.test", Type.MX);
        Message unsigned = tampered(TamperedAnswersTest::bare, "host.plain.test", Type.MX);

        assertThat(signed.getRcode()).isEqualTo(Rcode.SERVFAIL);
        assertThat(unsigned.getRcode()).isEqualTo(Rcode.NOERROR);
        assertThat(unsigned.getHeader().getFlag(Flags.AD)).isFalse();
    }

    private static Message bare(Message answer) {
        answer.removeAllRecords(Section.AUTHORITY);
        return answer;
    }

    @Test
    void signaturesHoldForTheirTimeOnly() throws Exception {
        Resolver servers = NameServers.resolver(List.of(zones.address()), Duration.ofSeconds(5), Duration.ofSeconds(20));
        Message query = Message.newQuery(Record.newRecord(Name.fromString("secure.test."), Type.MX, DClass.IN));
        for (int days : new int[] {-2, 40}) {
            Resolver then = Validation.of(servers, List.of(zones.anchor()), Clock.fixed(Instant.now().plus(Duration.ofDays(days)), ZoneOffset.UTC));
            assertThat(get(then.sendAsync(query, Runnable::run)).getRcode()).as(days + " days from now").isEqualTo(Rcode.SERVFAIL);
        }
    }
}
