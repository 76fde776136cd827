package dev.postern.cli.role;

import io.javaoperatorsdk.operator.Operator;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import java.util.concurrent.atomic.AtomicInteger;

/** Runs one role within Quarkus until the process is told to stop. */
public final class QuarkusRole implements QuarkusApplication {
    /** Quarkus makes this class itself, so the role can only be handed over here. One role a process. */
    private static volatile Role role;

    @Inject
    MeterRegistry meters;
    @Inject
    Instance<Operator> operator;
    @Inject
    RoleHealth health;

    /**
     * Boots Quarkus with the role; returns when it has stopped.
     *
     * @param httpHost address of health and metrics
     * @param httpPort its port; 0 for any
     * @return the process's exit code
     */
    public static int run(Role wanted, String httpHost, int httpPort) {
        role = wanted;
        System.setProperty("quarkus.http.host", httpHost);
        System.setProperty("quarkus.http.port", Integer.toString(httpPort));
        AtomicInteger exitCode = new AtomicInteger();
        Quarkus.run(QuarkusRole.class, (code, failure) -> {
            if (failure != null) {
                report(failure);
            }
            exitCode.set(failure == null ? code : 1);
        });
        return exitCode.get();
    }

    @Override
    public int run(String... args) throws Exception {
        try (Role.Running running = role.start(new Role.Runtime(meters, operator::get))) {
            health.watch(running);
            Quarkus.waitForExit();
            return 0;
        } catch (Role.StartException e) {
            System.err.println("postern: " + e.getMessage());
            return 1;
        } finally {
            health.watch(null);
        }
    }

    private static void report(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof java.net.BindException) {
                System.err.println("postern: the port of health and metrics is taken: " + cause.getMessage() + " (--http-port chooses another)");
                return;
            }
        }
        failure.printStackTrace();
    }
}
