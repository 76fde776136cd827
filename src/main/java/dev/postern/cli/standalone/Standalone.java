package dev.postern.cli.standalone;

import dev.postern.api.MailGateway;
import dev.postern.cli.catcher.Catcher;
import dev.postern.cli.role.GatewayRole;
import dev.postern.cli.role.Role;
import dev.postern.gateway.Gateway;
import dev.postern.gateway.disk.DurableFolder;
import dev.postern.gateway.report.LogEventSink;
import dev.postern.gateway.report.MailEvent.Level;
import dev.postern.gateway.report.MailEvent;
import dev.postern.gateway.report.MailLog;
import dev.postern.manifest.ManifestReader.Contents;
import dev.postern.manifest.ManifestReader;
import dev.postern.manifest.Manifests;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A gateway that serves a folder of manifests. */
public final class Standalone implements Role.Running {
    private static final Duration GRACE = Duration.ofSeconds(5);
    private static final Duration BETWEEN_RENEWALS = Duration.ofSeconds(10);
    private final FolderPlans plans;
    private final ManifestReader reader = new ManifestReader("default");
    private final GatewayRole role;
    private final Catcher catcher;
    private final FolderWatcher watcher;
    private List<String> said;
    /** When a certificate is to be renewed; null: none. */
    private Instant renewal;

    /**
     * What the command line says.
     *
     * @param gateway   name of the MailGateway, or null
     * @param http      where health and metrics are, for the banner
     * @param spoolKeys folder of the keys that the spool is encrypted with, or null: it is in clear
     */
    public record Options(Path folder, Path data, InetAddress bind, String gateway, boolean catcher, int catcherPort, String http, Path spoolKeys) {
        /** With a spool in clear. */
        public Options(Path folder, Path data, InetAddress bind, String gateway, boolean catcher, int catcherPort, String http) {
            this(folder, data, bind, gateway, catcher, catcherPort, http, null);
        }
    }

    /**
     * Starts it; listeners are open, or were found not to open, when it returns.
     *
     * @throws Role.StartException with everything that is wrong with the manifests, or with the data folder
     */
    public static Standalone start(Options options, MeterRegistry meters) {
        Contents contents = ManifestReader.contents(options.folder());
        Catcher catcher = catcher(options);
        try {
            Standalone standalone = new Standalone(options, contents, catcher, meters);
            new Banner(options, standalone.role.gateway(), catcher).print(System.err);
            return standalone;
        } catch (Role.StartException e) {
            close(catcher);
            throw e;
        }
    }

    private Standalone(Options options, Contents contents, Catcher catcher, MeterRegistry meters) {
        this.catcher = catcher;
        makePrivate(options.data());
        plans = new FolderPlans(options.gateway(), new LocalCertificates(options.data()),
                catcher == null ? Map.of() : Map.of(Catcher.TRUST_BUNDLE + "/ca.crt", catcher.trustBundlePem()), new TicketFile(options.data()), problem -> false);
        Manifests manifests = reader.parse(contents);
        FolderPlans.Result first = plans.compile(manifests, Instant.now());
        if (first.written().isEmpty()) {
            throw new Role.StartException("the manifests in " + options.folder() + " cannot be run:\n  " + String.join("\n  ", first.complaints()), null);
        }
        requireKeys(options, manifests);
        role = new GatewayRole(new Gateway.Options(options.data().resolve("spool"), options.data().resolve("mta-sts"), options.bind(), GRACE, null, options.spoolKeys()),
                LogEventSink::new, meters);
        take(first);
        watcher = new FolderWatcher(options.folder(), contents, now -> take(plans.compile(reader.parse(now), Instant.now())),
                () -> renewal != null && !Instant.now().isBefore(renewal));
        watcher.start();
    }

    @Override
    public Optional<String> notReady() {
        return role.notReady();
    }

    @Override
    public void close() {
        watcher.close();
        role.close();
        close(catcher);
    }

    private void take(FolderPlans.Result result) {
        MailLog log = role.log();
        renewal = result.again().map(at -> later(at, Instant.now().plus(BETWEEN_RENEWALS))).orElse(null);
        List<String> now = new ArrayList<>(result.complaints());
        now.addAll(result.notes());
        if (!now.equals(said)) {
            said = now;
            String fate = result.written().isEmpty() ? "refused, the old plan goes on serving: " : "refused, the rest is in force: ";
            result.complaints().forEach(c -> log.log(new MailEvent.Notice(Level.Warning, fate + c)));
            result.notes().forEach(n -> log.log(new MailEvent.Notice(Level.Info, "note: " + n)));
        }
        result.written().ifPresent(role.gateway().intake()::accept);
    }

    /** A renewal that fails, as on a full disk, is not tried without pause. */
    private static Instant later(Instant a, Instant b) {
        return a.isAfter(b) ? a : b;
    }

    /** Mail that is to be encrypted must not be written in clear, as this process knows no Secrets to take keys from. */
    private static void requireKeys(Options options, Manifests manifests) {
        for (MailGateway gateway : manifests.gateways()) {
            boolean served = options.gateway() == null || options.gateway().equals(gateway.getMetadata().getName());
            if (served && options.spoolKeys() == null && gateway.getSpec().storage != null && gateway.getSpec().storage.encryption != null) {
                throw new Role.StartException("MailGateway " + gateway.getMetadata().getName()
                        + " has spec.storage.encryption, and there are no keys: give the folder that has them with --spool-keys, or remove the field", null);
            }
        }
    }

    private static Catcher catcher(Options options) {
        if (!options.catcher()) {
            return null;
        }
        try {
            makePrivate(options.data());
            return new Catcher(options.catcherPort(), options.data().resolve("caught"), Instant.now());
        } catch (IOException e) {
            throw new Role.StartException(e.getMessage(), e);
        }
    }

    private static void makePrivate(Path folder) {
        try {
            DurableFolder.make(folder);
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
        } catch (IOException e) {
            throw new Role.StartException("the data folder " + folder.toAbsolutePath() + " cannot be made: " + e + "; --data chooses another", e);
        }
    }

    private static void close(Catcher catcher) {
        if (catcher != null) {
            try {
                catcher.close();
            } catch (IOException e) {
                System.err.println("postern: while stopping the catcher: " + e);
            }
        }
    }
}
