package dev.postern.gateway.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.DestinationControlSpec.TlsMode;
import dev.postern.dns.DnsOptions;
import dev.postern.dns.DnsjavaDns;
import dev.postern.gateway.report.MailEvent;
import dev.postern.gateway.smtp.client.Timeouts;
import dev.postern.gateway.spool.Envelope.State;
import dev.postern.plan.DestinationPlan;
import dev.postern.testing.ScriptedDns;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.MXRecord;
import org.xbill.DNS.Message;
import org.xbill.DNS.NSRecord;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.SOARecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/** Name servers that fail, for some destinations and all at once: what may mend waits, what will not bounces, and the others do not notice. */
class DnsFaultsTest {
    private static final List<String> DOMAINS = List.of("nx.test", "nullmx.test", "servfail.test", "silent.test", "refused.test", "lame.test", "cut.test", "garbage.test",
            "hostless.test", "hostfail.test", "nothing.test");
    private static final Map<String, Long> mids = new HashMap<>();
    private static ScriptedDns server;
    private static ScriptedServer mail;
    private static Rig rig;

    @BeforeAll
    static void sendToAll() throws Exception {
        server = new ScriptedDns(DnsFaultsTest::answer);
        mail = new ScriptedServer();
        rig = new Rig(new DeliveryOptions(50, 100, Duration.ofMillis(200), Timeouts.all(Duration.ofSeconds(10))),
                new DnsjavaDns(new DnsOptions(List.of(server.address()), false, List.of()), Duration.ofSeconds(1), Duration.ofSeconds(4)));
        List<DestinationPlan> plans = new ArrayList<>(DOMAINS.stream().map(domain -> Rig.destination(domain, TlsMode.None)).toList());
        plans.add(Rig.destination("sound.test", TlsMode.None, Rig.host("mx.sound.test", mail.port())));
        rig.plan(plans.toArray(DestinationPlan[]::new));
        rig.delivery.start();
        DOMAINS.forEach(domain -> mids.put(domain, rig.send("", "b@" + domain)));
        mids.put("sound.test", rig.send("", "b@sound.test"));
    }

    @AfterAll
    static void close() throws Exception {
        rig.close();
        mail.close();
        server.close();
    }

    private static byte[] answer(Message query, boolean tcp) {
        Name name = query.getQuestion().getName();
        int type = query.getQuestion().getType();
        try {
            return switch (name.toString(true)) {
                case "servfail.test", "mx.hostfail.test" -> ScriptedDns.answer(query, Rcode.SERVFAIL).toWire();
                case "refused.test" -> ScriptedDns.answer(query, Rcode.REFUSED).toWire();
                case "silent.test" -> null;
                case "garbage.test" -> new byte[] {1, 2, 3};
                case "nullmx.test" -> ScriptedDns.records(query, new MXRecord(name, DClass.IN, 60, 0, Name.root));
                case "hostless.test" -> ScriptedDns.records(query, new MXRecord(name, DClass.IN, 60, 10, Name.fromString("mx.hostless.test.")));
                case "hostfail.test" -> ScriptedDns.records(query, new MXRecord(name, DClass.IN, 60, 10, Name.fromString("mx.hostfail.test.")));
                case "nothing.test" -> absent(query, Rcode.NOERROR);
                // Points up, to those who should know, as a server does that was never told of the zone.
                case "lame.test" -> {
                    Message referral = ScriptedDns.answer(query, Rcode.NOERROR);
                    referral.getHeader().unsetFlag(Flags.RA);
                    referral.addRecord(new NSRecord(Name.fromString("test."), DClass.IN, 60, Name.fromString("ns.nic.test.")), Section.AUTHORITY);
                    yield referral.toWire();
                }
                // The whole answer is to be had over TCP, and for one of them not there either.
                case "mx.sound.test", "cut.test" -> {
                    if (tcp) {
                        yield name.toString(true).equals("cut.test") ? null : type == Type.A
                                ? ScriptedDns.records(query, new ARecord(name, DClass.IN, 60, InetAddress.getLoopbackAddress())) : absent(query, Rcode.NOERROR);
                    }
                    Message truncated = ScriptedDns.answer(query, Rcode.NOERROR);
                    truncated.getHeader().setFlag(Flags.TC);
                    yield truncated.toWire();
                }
                default -> absent(query, Rcode.NXDOMAIN);
            };
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] absent(Message query, int rcode) throws IOException {
        Message answer = ScriptedDns.answer(query, rcode);
        Name test = Name.fromString("test.");
        answer.addRecord(new SOARecord(test, DClass.IN, 60, test, test, 1, 60, 60, 60, 60), Section.AUTHORITY);
        return answer.toWire();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', textBlock = """
            nx.test       ~ BOUNCED ~ 5.1.2  ~ nx.test does not exist
            nullmx.test   ~ BOUNCED ~ 5.1.10 ~ nullmx.test
            hostless.test ~ BOUNCED ~ 5.4.4  ~ mx.hostless.test
            nothing.test  ~ BOUNCED ~ 5.1.2  ~ nothing.test has no address
            servfail.test ~ PENDING ~ 4.4.3  ~ lookup of servfail.test failed: .*SERVFAIL
            refused.test  ~ PENDING ~ 4.4.3  ~ lookup of refused.test failed: .*REFUSED
            lame.test     ~ PENDING ~ 4.4.3  ~ lookup of lame.test failed: name server 127.0.0.1 does not look names up and points to others
            silent.test   ~ PENDING ~ 4.4.3  ~ lookup of silent.test (timed out|failed: .*[Tt]imed out)
            garbage.test  ~ PENDING ~ 4.4.3  ~ lookup of garbage.test (timed out|failed: .*)
            cut.test      ~ PENDING ~ 4.4.3  ~ lookup of cut.test (timed out|failed: .*)
            hostfail.test ~ PENDING ~ 4.4.3  ~ lookup of mx.hostfail.test failed: .*SERVFAIL
            """)
    void whatMayMendWaitsAndWhatWillNotBounces(String domain, State state, String status, String text) {
        long mid = mids.get(domain);
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> rig.spool.get(mid).recipients().getFirst().lastStatus() != null);

        var recipient = rig.spool.get(mid).recipients().getFirst();
        assertThat(recipient.lastReply()).containsPattern(text);
        assertThat(recipient.lastStatus()).isEqualTo(status);
        assertThat(recipient.state()).isEqualTo(state);
        if (state == State.PENDING) {
            assertThat(rig.logged(MailEvent.DeliveryDelayed.class)).anyMatch(e -> e.mid() == mid && e.reason().equals(recipient.lastReply()));
        } else {
            assertThat(rig.logged(MailEvent.DeliveryBounced.class)).anyMatch(e -> e.mid() == mid && e.reason().equals(recipient.lastReply()));
        }
    }

    @Test
    void anAnswerThatDoesNotFitIsFetchedOverTcpAndAnotherDestinationsFailureIsNotItsOwn() {
        Awaitility.await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> assertThat(mail.mails).as("%s", rig.spool.get(mids.get("sound.test"))).hasSize(1));
        assertThat(rig.logged(MailEvent.DeliveryDelayed.class)).noneMatch(e -> e.mid() == mids.get("sound.test"));
    }
}
