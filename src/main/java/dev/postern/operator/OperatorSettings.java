package dev.postern.operator;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * What the operator is told by its surroundings.
 *
 * @param image      of gateway pods whose MailGateway names none; null where unknown
 * @param instance   this operator among its replicas, as events and the lease name it
 * @param namespaces to watch; empty: all
 * @param mxLookups  whether MX records are looked up, to say whether certificates can be verified
 * @param nameServers to ask, {@code ADDRESS[:PORT]}; empty: those of the system
 */
public record OperatorSettings(String image, String instance, Set<String> namespaces, boolean mxLookups, List<String> nameServers) {
    /** Name of the lease, of the field manager, and of the controller that events speak of. */
    public static final String NAME = "postern-operator";
    public static final String IMAGE_VARIABLE = "POSTERN_IMAGE";
    public static final String NAMESPACES_VARIABLE = "POSTERN_WATCH_NAMESPACES";
    /** Name servers with commas between them, or {@value #NO_DNS}. */
    public static final String DNS_VARIABLE = "POSTERN_OPERATOR_DNS";
    static final String NO_DNS = "off";
    /** How long a leader that fell silent keeps the others waiting. */
    public static final Duration LEASE = Duration.ofSeconds(15);
    /** How long a leader goes on that cannot renew its lease. */
    public static final Duration RENEW_WITHIN = Duration.ofSeconds(10);
    /** How often the lease is looked at. */
    public static final Duration RETRY_LEASE = Duration.ofSeconds(2);

    public OperatorSettings {
        namespaces = Set.copyOf(namespaces);
        nameServers = List.copyOf(nameServers);
    }

    /** From the environment; {@code POSTERN_WATCH_NAMESPACES} has names with commas between them. */
    public static OperatorSettings from(Map<String, String> environment) {
        String image = environment.get(IMAGE_VARIABLE);
        List<String> servers = list(environment, DNS_VARIABLE);
        boolean off = servers.size() == 1 && servers.getFirst().equalsIgnoreCase(NO_DNS);
        String pod = environment.getOrDefault("POD_NAME", environment.getOrDefault("HOSTNAME", ""));
        return new OperatorSettings(image == null || image.isBlank() ? null : image.strip(), pod.isBlank() ? NAME : pod,
                new TreeSet<>(list(environment, NAMESPACES_VARIABLE)), !off, off ? List.of() : servers);
    }

    private static List<String> list(Map<String, String> environment, String variable) {
        return Stream.of(environment.getOrDefault(variable, "").split(",")).map(String::strip).filter(item -> !item.isEmpty()).toList();
    }
}
