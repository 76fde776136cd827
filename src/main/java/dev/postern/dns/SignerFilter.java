package dev.postern.dns;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.EDNSOption;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.RRSIGRecord;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Resolver;
import org.xbill.DNS.SOARecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.TSIG;
import org.xbill.DNS.Type;

/**
 * Puts answers into a form that dnsjava's validator judges rightly.
 *
 * <p>That validator looks for the keys of whatever name a signature gives as its signer. A forged signature of a zone that is not
 * signed would so turn what is bogus into what is merely unsigned: signatures are taken away whose signer is not the owner of
 * the records or above it (RFC 4035 section 5.3.1), or is above the trust anchor that the owner is under.
 *
 * <p>A denial without any record has nothing to judge, and counted as bogus in zones that are not signed too. It gets an
 * unsigned record of the denied name: bogus where the zone is signed, and unsigned where it is not.
 */
final class SignerFilter implements Resolver {
    private static final int MOST_ALIASES = 20;
    private final Resolver servers;
    private final List<Name> anchors;

    /** @param anchors names of the trust anchors */
    SignerFilter(Resolver servers, List<Name> anchors) {
        this.servers = servers;
        this.anchors = List.copyOf(anchors);
    }

    @Override
    public CompletionStage<Message> sendAsync(Message query, Executor executor) {
        return servers.sendAsync(query, executor).thenApply(answer -> {
            dropForeignSigners(answer, Section.ANSWER);
            dropForeignSigners(answer, Section.AUTHORITY);
            giveDenialAName(query.getQuestion(), answer);
            return answer;
        });
    }

    private void dropForeignSigners(Message answer, int section) {
        for (Record record : List.copyOf(answer.getSection(section))) {
            if (record instanceof RRSIGRecord signature && !mayVouch(signature.getSigner(), record.getName())) {
                answer.removeRecord(record, section);
            }
        }
    }

    private boolean mayVouch(Name signer, Name owner) {
        if (!owner.subdomain(signer)) {
            return false;
        }
        return anchors.stream().filter(owner::subdomain).allMatch(signer::subdomain);
    }

    private static void giveDenialAName(Record question, Message answer) {
        int code = answer.getRcode();
        if (code != Rcode.NOERROR && code != Rcode.NXDOMAIN || !answer.getSection(Section.AUTHORITY).isEmpty()) {
            return;
        }
        Name name = end(question.getName(), question.getType(), answer);
        if (answer.getSection(Section.ANSWER).stream().noneMatch(r -> r.getType() == question.getType() && r.getName().equals(name))) {
            answer.addRecord(new SOARecord(name, DClass.IN, 0, Name.root, Name.root, 0, 0, 0, 0, 0), Section.AUTHORITY);
        }
    }

    /** The name that the aliases of an answer lead to. */
    static Name end(Name name, int type, Message answer) {
        Name end = name;
        for (int i = 0; i < MOST_ALIASES && type != Type.CNAME; i++) {
            Name at = end;
            Record alias = answer.getSection(Section.ANSWER).stream().filter(r -> r instanceof CNAMERecord && r.getName().equals(at)).findFirst().orElse(null);
            if (alias == null) {
                return end;
            }
            end = ((CNAMERecord) alias).getTarget();
        }
        return end;
    }

    @Override
    public void setPort(int port) {
        servers.setPort(port);
    }

    @Override
    public void setTCP(boolean flag) {
        servers.setTCP(flag);
    }

    @Override
    public void setIgnoreTruncation(boolean flag) {
        servers.setIgnoreTruncation(flag);
    }

    @Override
    public void setEDNS(int version, int payloadSize, int flags, List<EDNSOption> options) {
        servers.setEDNS(version, payloadSize, flags, options);
    }

    @Override
    public void setTSIGKey(TSIG key) {
        servers.setTSIGKey(key);
    }

    @Override
    public void setTimeout(Duration timeout) {
        servers.setTimeout(timeout);
    }

    @Override
    public Duration getTimeout() {
        return servers.getTimeout();
    }
}
