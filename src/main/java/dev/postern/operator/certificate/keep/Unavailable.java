package dev.postern.operator.certificate.keep;

import dev.postern.operator.status.Reasons;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import org.jboss.logging.Logger;

/** What the API server's refusals mean where a signer is to be asked. */
final class Unavailable {
    private static final Logger LOG = Logger.getLogger(Unavailable.class);
    private static final int UNPROCESSABLE = 422;

    private Unavailable() {
    }

    /**
     * @param resources for messages: in the plural, as roles name them
     * @throws KubernetesClientException for what may pass, such as a server that is away
     */
    static Unresolved of(KubernetesClientException e, String field, String kind, String resources) {
        String message = switch (e.getCode()) {
            case HttpURLConnection.HTTP_NOT_FOUND -> "cert-manager is not installed in this cluster (there is no " + kind + ")";
            case HttpURLConnection.HTTP_FORBIDDEN -> "the operator may not use " + resources + " (the chart's value signers gives it the right)";
            case HttpURLConnection.HTTP_BAD_REQUEST, UNPROCESSABLE -> "a " + kind + " is refused: "
                    + (e.getStatus() != null && e.getStatus().getMessage() != null ? e.getStatus().getMessage() : e.getMessage());
            default -> throw e;
        };
        return new Unresolved(field, Reasons.SIGNER_UNAVAILABLE, message);
    }

    /** Does what is well if it succeeds, and nothing to fail for. */
    static void ignore(Runnable deletion) {
        try {
            deletion.run();
        } catch (KubernetesClientException e) {
            LOG.warnf("A request to a signer could not be deleted: %s", e.getMessage());
        }
    }
}
