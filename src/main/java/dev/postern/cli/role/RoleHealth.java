package dev.postern.cli.role;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import java.util.Optional;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Liveness;
import org.eclipse.microprofile.health.Readiness;

/** Health of the role that runs, for the probes: /q/health/ready and /q/health/live. */
@ApplicationScoped
public class RoleHealth {
    private volatile Role.Running running;

    void watch(Role.Running role) {
        running = role;
    }

    @Produces
    @Readiness
    HealthCheck readiness() {
        return () -> answer("ready", running == null ? Optional.of("starting or stopping") : running.notReady());
    }

    @Produces
    @Liveness
    HealthCheck liveness() {
        return () -> answer("live", running == null ? Optional.empty() : running.notLive());
    }

    private static HealthCheckResponse answer(String name, Optional<String> trouble) {
        var response = HealthCheckResponse.named(name).status(trouble.isEmpty());
        trouble.ifPresent(reason -> response.withData("reason", reason));
        return response.build();
    }
}
