package dev.postern.testing.mta;

import dev.postern.gateway.tls.TestCertificates;
import dev.postern.testing.Postfix;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** Postfix; the settings are in {@code /bench/postfix.cf}. */
final class PostfixMta implements Mta {
    private final Postfix postfix;
    private final String name;

    private PostfixMta(Postfix postfix) throws IOException, InterruptedException {
        this.postfix = postfix;
        name = "Postfix " + postfix.version();
    }

    static Mta start(TestCertificates.Pair pair, int sink) throws IOException, InterruptedException {
        String transport = Templates.each((domain, address) -> domain + " smtp:[" + address + "]:" + sink);
        // Connections that are used again are tlsproxy's.
        return new PostfixMta(Postfix.relay("mail.bench.test", pair.keyPem() + pair.chainPem(), List.of("tlsproxy unix - - n - 0 tlsproxy"), Map.of("transport", transport),
                Templates.of("postfix.cf", "SINK", sink).split("\n")));
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int port() {
        return postfix.port();
    }

    @Override
    public ProcessHandle process() {
        return postfix.process();
    }

    @Override
    public String setup() {
        return "queue file synced before 250 (its default); connections and TLS sessions used again, 50 a destination; TLS by tlsproxy where it sends";
    }

    @Override
    public void close() throws IOException, InterruptedException {
        postfix.close();
    }
}
