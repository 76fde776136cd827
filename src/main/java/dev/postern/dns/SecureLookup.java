package dev.postern.dns;

import dev.postern.dns.SecureAnswer.Status;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.xbill.DNS.DClass;
import org.xbill.DNS.EDNSOption;
import org.xbill.DNS.ExtendedErrorCodeOption;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Resolver;
import org.xbill.DNS.SOARecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.TXTRecord;
import org.xbill.DNS.Type;
import org.xbill.DNS.dnssec.ValidatingResolver;

/**
 * Looks names up with their security, which is the AD bit of the answers. Answers are kept by TTL: an hour, for absence five
 * minutes, and failures {@value #FAILURE_SECONDS} s at the longest, so that a host that is tried often is not looked up as often.
 */
final class SecureLookup {
    private static final int CACHED = 20_000;
    private static final long MAX_SECONDS = 3_600;
    private static final long MAX_NEGATIVE_SECONDS = 300;
    private static final long FAILURE_SECONDS = 30;

    private final Resolver resolver;
    private final Executor executor;
    private final Duration limit;
    private final TtlCache<Question, SecureAnswer> cache = new TtlCache<>(CACHED, SecureAnswer::seconds, System::nanoTime);

    private record Question(Name name, int type) {
    }

    /**
     * Asks a resolver.
     *
     * @param resolver whose AD bit is believed
     * @param limit    for one lookup
     */
    SecureLookup(Resolver resolver, Executor executor, Duration limit) {
        this.resolver = resolver;
        this.executor = executor;
        this.limit = limit;
    }

    /** Looks up; never fails, but see the answer's status. */
    CompletionStage<SecureAnswer> find(Name name, int type) {
        return cache.get(new Question(name, type), this::ask);
    }

    private CompletionStage<SecureAnswer> ask(Question question) {
        Message query = Message.newQuery(Record.newRecord(question.name, question.type, DClass.IN));
        query.getHeader().setFlag(Flags.AD);   // wants to know (RFC 6840 section 5.7)
        return resolver.sendAsync(query, executor).toCompletableFuture().copy().orTimeout(limit.toMillis(), TimeUnit.MILLISECONDS)
                .handle((answer, error) -> error == null ? read(question, answer) : SecureAnswer.failed(question.name, FAILURE_SECONDS, reason(question, error)));
    }

    private static SecureAnswer read(Question question, Message answer) {
        int code = answer.getRcode();
        if (code != Rcode.NOERROR && code != Rcode.NXDOMAIN) {
            return SecureAnswer.failed(question.name, FAILURE_SECONDS, describe(question) + ": " + Rcode.string(code) + explained(answer));
        }
        Name owner = SignerFilter.end(question.name, question.type, answer);
        List<Record> records = answer.getSection(Section.ANSWER).stream().filter(r -> r.getType() == question.type && r.getName().equals(owner)).toList();
        Status status = answer.getHeader().getFlag(Flags.AD) ? Status.SECURE : Status.INSECURE;
        return new SecureAnswer(status, code == Rcode.NOERROR, records, owner, !owner.equals(question.name), seconds(answer, records.isEmpty()), null);
    }

    private static long seconds(Message answer, boolean negative) {
        long seconds = negative ? MAX_NEGATIVE_SECONDS : MAX_SECONDS;
        for (Record record : answer.getSection(Section.ANSWER)) {
            seconds = Math.min(seconds, record.getTTL());
        }
        for (Record record : answer.getSection(Section.AUTHORITY)) {
            if (negative && record instanceof SOARecord soa) {
                seconds = Math.min(seconds, Math.min(soa.getTTL(), soa.getMinimum()));
            }
        }
        return seconds;
    }

    /** What the validator gives as its reason, or the server (RFC 8914). */
    private static String explained(Message answer) {
        for (Record record : answer.getSection(Section.ADDITIONAL)) {
            if (record instanceof TXTRecord reason && reason.getDClass() == ValidatingResolver.VALIDATION_REASON_QCLASS) {
                return ", " + String.join("", reason.getStrings());
            }
        }
        String given = answer.getOPT() == null ? "" : answer.getOPT().getOptions(EDNSOption.Code.EDNS_EXTENDED_ERROR).stream()
                .map(o -> (ExtendedErrorCodeOption) o).map(o -> ExtendedErrorCodeOption.text(o.getErrorCode()) + (o.getText() == null ? "" : " (" + o.getText() + ")"))
                .collect(Collectors.joining(", "));
        return given.isEmpty() ? "" : ", " + given;
    }

    private String reason(Question question, Throwable error) {
        Throwable cause = error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
        return describe(question) + (cause instanceof TimeoutException ? ": no answer within " + limit.toMillis() + " ms"
                : ": " + (cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage()));
    }

    private static String describe(Question question) {
        return Type.string(question.type) + " of " + question.name.toString(true);
    }
}
