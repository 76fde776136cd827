package dev.postern.dns;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Section;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.Type;

/**
 * One name server. What it answers counts only if it is an answer: one that does not know and points to others (a referral, RFC 2308
 * section 2.1 with RFC 8499's "lame delegation" behind it) has said nothing of whether the records exist, and mail must not bounce for it.
 */
final class NameServer extends SimpleResolver {
    private static final int TRIES = 3;

    private final InetSocketAddress address;

    NameServer(InetSocketAddress address) {
        super(address);
        this.address = address;
    }

    @Override
    public CompletionStage<Message> sendAsync(Message query, Executor executor) {
        return ask(query, executor, TRIES).thenCompose(answer -> refersToOthers(answer)
                ? CompletableFuture.failedFuture(new IOException("name server " + address.getAddress().getHostAddress() + " does not look names up and points to others"))
                : CompletableFuture.completedFuture(answer));
    }

    /** Questions by TCP share a connection. A server that ends it over one of them leaves the others without an answer: they are asked again. */
    private CompletionStage<Message> ask(Message query, Executor executor, int tries) {
        return super.sendAsync(query, executor).exceptionallyCompose(error -> {
            boolean cutOff = error instanceof EOFException || error.getCause() instanceof EOFException;
            return cutOff && tries > 1 ? ask(query, executor, tries - 1) : CompletableFuture.failedFuture(error);
        });
    }

    private static boolean refersToOthers(Message answer) {
        return answer.getRcode() == Rcode.NOERROR && !answer.getHeader().getFlag(Flags.AA) && answer.getSection(Section.ANSWER).isEmpty()
                && answer.getSection(Section.AUTHORITY).stream().anyMatch(r -> r.getType() == Type.NS)
                && answer.getSection(Section.AUTHORITY).stream().noneMatch(r -> r.getType() == Type.SOA);
    }
}
