package dev.postern.gateway.smtp;

import dev.postern.api.MailFlowPolicySpec.Behavior;
import dev.postern.api.ListenerSpec.Type;
import dev.postern.gateway.access.HostAccess;
import dev.postern.gateway.config.ActiveListener;
import dev.postern.gateway.config.ActivePlan;
import dev.postern.plan.PolicyPlan;
import java.net.InetAddress;

/**
 * Who is connected, and what the plan in force at its greeting says of it.
 *
 * @param hostName forward-confirmed, or null
 * @param match    null where no sender group matches
 */
record Client(long icid, InetAddress address, String hostName, ActivePlan plan, ActiveListener listener, HostAccess.Match match) {

    /** The server's name for this client. */
    String serverName() {
        return serverName(plan, listener);
    }

    static String serverName(ActivePlan plan, ActiveListener listener) {
        String own = listener.plan().hostname();
        return own == null ? plan.plan().settings().hostname() : own;
    }

    PolicyPlan policy() {
        return match.policy();
    }

    /**
     * Whether any recipient is taken. On a Private listener a sender group of Accept relays too: it has no recipient access table,
     * and the compiler refuses it a sender group of everyone.
     */
    boolean relays() {
        return policy().behavior() == Behavior.Relay || listener.plan().type() == Type.Private;
    }

    /** {@code name (address)}, or the address alone. */
    String host() {
        return hostName == null ? address.getHostAddress() : hostName + " (" + address.getHostAddress() + ")";
    }
}
