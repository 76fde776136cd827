package dev.postern.testing.mta;

import dev.postern.gateway.tls.TestCertificates;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.opentest4j.TestAbortedException;

/** All servers that this machine has, started. */
public final class Fleet implements AutoCloseable {
    private final List<Mta> servers = new ArrayList<>();
    private final Map<String, String> missing = new LinkedHashMap<>();

    private interface Start {
        Mta start() throws Exception;
    }

    /**
     * Starts them; one that is not there, or does not start, is left out and said to be.
     *
     * @param wanted names in lower case, such as {@code postfix}; all where empty
     * @param sink   port of the sink: at 127.0.0.1 for {@code bench.test}, at an address each for {@code d0.many.test} and so on
     * @param folder for Postern's spool; the others have theirs under {@code postern.testing.folder}
     */
    public Fleet(List<String> wanted, int sink, Path folder) throws Exception {
        TestCertificates.Pair pair = TestCertificates.ecdsa("mail.bench.test");
        start(wanted, "postern", () -> PosternMta.start(pair, sink, folder));
        start(wanted, "postfix", () -> PostfixMta.start(pair, sink));
        start(wanted, "exim", () -> EximMta.start(pair, sink, folder));
        start(wanted, "opensmtpd", () -> OpenSmtpdMta.start(pair, sink));
        start(wanted, "haraka", () -> HarakaMta.start(pair, sink, folder));
        start(wanted, "kumomta", () -> KumoMta.start(pair, sink, folder));
    }

    /** Those that run. */
    public List<Mta> servers() {
        return servers;
    }

    /** Those that do not, and why. */
    public Map<String, String> missing() {
        return missing;
    }

    /** Leaves one out after all. */
    public void drop(Mta server, String why) throws Exception {
        servers.remove(server);
        missing.put(server.name(), why);
        String log = server.log();
        System.out.println("without " + server.name() + ": " + why + "\n" + log.substring(Math.max(0, log.length() - 2000)));
        server.close();
    }

    @Override
    public void close() throws Exception {
        for (Mta server : servers) {
            server.close();
        }
    }

    private void start(List<String> wanted, String name, Start how) {
        if (!wanted.isEmpty() && !wanted.contains(name)) {
            return;
        }
        try {
            Mta server = how.start();
            servers.add(server);
            System.out.println("started " + server.name() + " on port " + server.port());
        } catch (TestAbortedException e) {
            missing.put(name, e.getMessage());
        } catch (Exception e) {   // the others can be measured all the same
            missing.put(name, e.toString());
        }
        if (missing.containsKey(name)) {
            System.out.println("without " + name + ": " + missing.get(name));
        }
    }
}
