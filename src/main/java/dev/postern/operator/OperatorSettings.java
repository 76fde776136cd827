package dev.postern.operator;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * What the operator is told by its surroundings.
 *
 * @param image      of gateway pods whose MailGateway names none; null where unknown
 * @param instance   this operator among its replicas, as events and the lease name it
 * @param namespaces to watch; empty: all
 */
public record OperatorSettings(String image, String instance, Set<String> namespaces) {
    /** Name of the lease, of the field manager, and of the controller that events speak of. */
    public static final String NAME = "postern-operator";
    public static final String IMAGE_VARIABLE = "POSTERN_IMAGE";
    public static final String NAMESPACES_VARIABLE = "POSTERN_WATCH_NAMESPACES";
    /** How long a leader that fell silent keeps the others waiting. */
    public static final Duration LEASE = Duration.ofSeconds(15);
    /** How long a leader goes on that cannot renew its lease. */
    public static final Duration RENEW_WITHIN = Duration.ofSeconds(10);
    /** How often the lease is looked at. */
    public static final Duration RETRY_LEASE = Duration.ofSeconds(2);

    public OperatorSettings {
        namespaces = Set.copyOf(namespaces);
    }

    /** From the environment; {@code POSTERN_WATCH_NAMESPACES} has names with commas between them. */
    public static OperatorSettings from(Map<String, String> environment) {
        String image = environment.get(IMAGE_VARIABLE);
        Set<String> namespaces = new TreeSet<>();
        for (String name : environment.getOrDefault(NAMESPACES_VARIABLE, "").split(",")) {
            if (!name.isBlank()) {
                namespaces.add(name.strip());
            }
        }
        String pod = environment.getOrDefault("POD_NAME", environment.getOrDefault("HOSTNAME", ""));
        return new OperatorSettings(image == null || image.isBlank() ? null : image.strip(), pod.isBlank() ? NAME : pod, namespaces);
    }
}
