package dev.postern.testing.mta;

import dev.postern.gateway.tls.TestCertificates;
import dev.postern.testing.OpenSmtpd;
import java.io.IOException;

/** OpenSMTPD; the settings are in {@code /bench/opensmtpd.conf}. */
final class OpenSmtpdMta implements Mta {
    private final OpenSmtpd smtpd;
    private final boolean tls;

    private OpenSmtpdMta(OpenSmtpd smtpd, boolean tls) {
        this.smtpd = smtpd;
        this.tls = tls;
    }

    static Mta start(TestCertificates.Pair pair, int sink) throws IOException, InterruptedException {
        OpenSmtpd first = relay(pair, sink, "tls-require pki mail.bench.test");
        if (first.servesTls()) {
            return new OpenSmtpdMta(first, true);
        }
        first.close();
        return new OpenSmtpdMta(relay(pair, sink, ""), false);
    }

    private static OpenSmtpd relay(TestCertificates.Pair pair, int sink, String listen) throws IOException {
        return OpenSmtpd.relay("mail.bench.test", pair.chainPem(), pair.keyPem(), listen, Templates.each((domain, address) -> domain + " smtp+tls://" + address + ":" + sink),
                Templates.of("opensmtpd.conf", "SINK", sink));
    }

    @Override
    public String name() {
        return "OpenSMTPD " + smtpd.version();
    }

    @Override
    public int port() {
        return smtpd.port();
    }

    @Override
    public ProcessHandle process() {
        return smtpd.process();
    }

    @Override
    public String setup() {
        return "message and envelope file written before 250, without a sync (strace sees none; it has no setting for it); no pause between connections as far as it can be set, 50 a host" + (tls ? "" : "; taken in clear, since this version serves no TLS with OpenSSL 3");
    }

    @Override
    public boolean encryptsInbound() {
        return tls;
    }

    @Override
    public void close() throws IOException, InterruptedException {
        smtpd.close();
    }
}
