package dev.postern.plan;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * What the compiler made.
 *
 * @param plan     null only when the gateway itself is unusable and there is no earlier form of it that still can be
 * @param keys     private keys in PEM (PKCS#8) by certificate name, exactly those of {@code plan.certificates()}; beside them what {@link TicketKeys} and
 *                 {@link UserVerifiers} say
 * @param problems in the order of the resources
 * @param stale    IDs ({@link ResourceRef#id}) of resources that are in the plan in an earlier form than their current one
 * @param until    when a certificate begins or ceases to be valid; until then time alone changes nothing; {@link Instant#MAX} for never
 */
public record CompiledPlan(GatewayPlan plan, Map<String, String> keys, List<Problem> problems, List<String> stale, Instant until) {
    public CompiledPlan {
        keys = Map.copyOf(keys);
        problems = List.copyOf(problems);
        stale = List.copyOf(stale);
    }

    @Override
    public String toString() {
        return "CompiledPlan[" + plan + ", keys of " + keys.keySet() + ", " + problems + "]";
    }
}
