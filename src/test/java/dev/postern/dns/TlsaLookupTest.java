package dev.postern.dns;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.dns.TlsaAnswer.Status;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Resolver;
import org.xbill.DNS.Section;
import org.xbill.DNS.TLSARecord;
import org.xbill.DNS.Type;

/** Answers that a server of a zone in order does not give: families that differ, and failures of single questions. */
class TlsaLookupTest {
    private static final Name HOST = Name.fromConstantString("mx.test.");
    private static final Name TLSA = Name.fromConstantString("_25._tcp.mx.test.");
    private final Map<String, Message> answers = new HashMap<>();

    private void answer(Name name, int type, String how) throws Exception {
        Record question = Record.newRecord(name, type, DClass.IN);
        Message answer = new Message();
        answer.addRecord(question, Section.QUESTION);
        if (how.equals("SERVFAIL")) {
            answer.getHeader().setRcode(Rcode.SERVFAIL);
        }
        if (how.startsWith("secure")) {
            answer.getHeader().setFlag(Flags.AD);
        }
        if (how.endsWith("record")) {
            answer.addRecord(switch (type) {
                case Type.A -> new ARecord(name, DClass.IN, 60, InetAddress.getByName("192.0.2.1"));
                case Type.AAAA -> new AAAARecord(name, DClass.IN, 60, InetAddress.getByName("2001:db8::1"));
                default -> new TLSARecord(name, DClass.IN, 60, 3, 1, 1, new byte[32]);
            }, Section.ANSWER);
        }
        answers.put(name + "/" + type, answer);
    }

    private TlsaAnswer find() throws Exception {
        Resolver resolver = (Resolver) Proxy.newProxyInstance(Resolver.class.getClassLoader(), new Class<?>[] {Resolver.class}, (proxy, method, arguments) -> {
            Record question = ((Message) arguments[0]).getQuestion();
            Message answer = answers.get(question.getName() + "/" + question.getType());
            return answer == null ? new CompletableFuture<>() : CompletableFuture.completedFuture(answer);
        });
        return new TlsaLookup(new SecureLookup(resolver, Runnable::run, Duration.ofMillis(200))).find(HOST, 25).toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    @ParameterizedTest
    @CsvSource({
            "secure record, secure record, SECURE", "secure record, secure, SECURE", "secure, secure record, SECURE",
            // one family that does not answer hides nothing, and brings nothing down
            "secure record, SERVFAIL, SECURE", "SERVFAIL, secure record, SECURE", "record, SERVFAIL, NONE", "SERVFAIL, record, NONE",
            // the better proven of both
            "secure record, record, SECURE", "record, secure record, SECURE",
            "record, record, NONE", "secure, secure, NONE", "none, none, NONE",
            "SERVFAIL, SERVFAIL, FAILED", "SERVFAIL, secure, FAILED", "secure, SERVFAIL, FAILED"})
    void bothAddressFamiliesAreLookedAt(String v4, String v6, Status status) throws Exception {
        answer(HOST, Type.A, v4);
        answer(HOST, Type.AAAA, v6);
        answer(TLSA, Type.TLSA, "secure record");

        assertThat(find().status()).isEqualTo(status);
    }

    @ParameterizedTest
    @CsvSource({"secure record, SECURE", "secure, NONE", "record, NONE", "none, NONE", "SERVFAIL, FAILED"})
    void recordsHoldWhereTheyAreProven(String tlsa, Status status) throws Exception {
        answer(HOST, Type.A, "secure record");
        answer(HOST, Type.AAAA, "secure");
        answer(TLSA, Type.TLSA, tlsa);

        assertThat(find().status()).isEqualTo(status);
    }

    @Test
    void recordsThatAreNotAnsweredForAreAFailure() throws Exception {
        answer(HOST, Type.A, "secure record");
        answer(HOST, Type.AAAA, "secure");

        assertThat(find().status()).isEqualTo(Status.FAILED);
        assertThat(find().detail()).isEqualTo("TLSA of _25._tcp.mx.test: no answer within 200 ms");
    }
}
