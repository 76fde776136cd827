package dev.postern.gateway.smtp;

import dev.postern.gateway.proxy.ProxyHeader.HeaderException;
import dev.postern.gateway.proxy.ProxyHeader;
import io.netty.buffer.ByteBuf;
import java.net.InetAddress;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/**
 * A connection of a proxy, before the client's part of it: who the client is stands in a PROXY header, which must be there, whole and soon. Nothing is
 * ever said to a proxy. One that goes without a word only looked whether the port is open.
 */
final class ProxyDialog implements Dialog {
    private final SessionLink link;
    private final Duration patience;
    private final Consumer<InetAddress> client;
    private final Consumer<String> refused;
    private boolean begun;
    private boolean over;

    /**
     * @param client  gets the client's address once it is known, null for the proxy's own; from then on the connection is somebody else's
     * @param refused is told why there is no client; the connection closes
     */
    ProxyDialog(SessionLink link, Duration patience, Consumer<InetAddress> client, Consumer<String> refused) {
        this.link = link;
        this.patience = patience;
        this.client = client;
        this.refused = refused;
    }

    @Override
    public void greet() {
        link.expect(patience);
    }

    @Override
    public boolean consume(ByteBuf in) {
        if (over) {
            return false;
        }
        begun |= in.isReadable();
        ProxyHeader header;
        try {
            header = ProxyHeader.read(in);
        } catch (HeaderException e) {
            refuse(e.getMessage());
            return false;
        }
        if (header == null) {
            return false;
        }
        over = true;
        link.expect(null);
        client.accept(header.source());
        return true;
    }

    @Override
    public void timedOut() {
        refuse("no whole PROXY header within " + patience.toMillis() + " ms");
    }

    @Override
    public void drain() {
        over = true;
        link.close(null);
    }

    @Override
    public void closed() {
        if (begun && !over) {
            refused.accept("it ended within the PROXY header");
        }
    }

    @Override
    public void tlsUp(String protocol, String cipher, List<X509Certificate> shown) {
        // TLS comes behind the header
    }

    @Override
    public void tlsFailed(String detail) {
        // as above
    }

    private void refuse(String reason) {
        if (!over) {
            over = true;
            refused.accept(reason);
        }
        link.close(null);
    }
}
