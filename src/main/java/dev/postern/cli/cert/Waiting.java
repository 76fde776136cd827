package dev.postern.cli.cert;

import dev.postern.api.Certificate;
import dev.postern.api.ConditionTypes;
import dev.postern.cli.cert.store.CertificateStore;
import dev.postern.cli.tool.ToolCommand;
import dev.postern.operator.status.ConditionSet;
import io.fabric8.kubernetes.api.model.Condition;
import java.time.Duration;
import java.util.function.Predicate;
import picocli.CommandLine.Option;

/** Waits until a Certificate is as wanted. */
final class Waiting {
    private static final Duration INTERVAL = Duration.ofMillis(300);

    @Option(names = "--wait", description = "Returns when it is done; exits with 1 where it is not in time.")
    boolean wait;
    @Option(names = "--timeout", paramLabel = "SECONDS", defaultValue = "60", description = "How long --wait waits. Default: ${DEFAULT-VALUE}")
    int seconds;

    /** @return the exit code; at once where there is nothing to wait for */
    int until(ToolCommand command, CertificateStore store, String name, Predicate<Certificate> wanted) throws InterruptedException {
        if (!wait) {
            return ToolCommand.OK;
        }
        long end = System.nanoTime() + Duration.ofSeconds(seconds).toNanos();
        while (true) {
            Certificate now = StoreCommand.get(store, name);
            if (wanted.test(now)) {
                return ToolCommand.OK;
            }
            if (System.nanoTime() >= end) {
                command.say("not done within " + seconds + " s: " + why(now));
                return ToolCommand.NEGATIVE;
            }
            Thread.sleep(INTERVAL);
        }
    }

    /** Whether the status speaks of the present form, and says Ready. */
    static boolean ready(Certificate certificate) {
        var status = certificate.getStatus();
        return status != null && certificate.getMetadata().getGeneration().equals(status.observedGeneration)
                && condition(certificate, ConditionTypes.READY) instanceof Condition ready && ready.getStatus().equals(ConditionSet.TRUE);
    }

    static Condition condition(Certificate certificate, String type) {
        return certificate.getStatus() == null || certificate.getStatus().conditions == null ? null : ConditionSet.find(certificate.getStatus().conditions, type);
    }

    /** What keeps it from being ready, in a clause. */
    static String why(Certificate certificate) {
        Condition ready = condition(certificate, ConditionTypes.READY);
        return ready == null ? "the operator has not looked at it" : ready.getReason() + ": " + ready.getMessage();
    }
}
