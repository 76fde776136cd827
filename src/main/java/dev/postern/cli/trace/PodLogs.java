package dev.postern.cli.trace;

import dev.postern.cli.tool.GatewayPods;
import dev.postern.cli.tool.ToolException;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;

/** The logs of a gateway's pods, as the API server gives them. */
final class PodLogs {
    private PodLogs() {
    }

    /**
     * One log for each pod.
     *
     * @param seconds  how far back, or null
     * @param previous also those of containers that have ended, as far as they are kept
     */
    static List<LogSource> of(KubernetesClient client, String namespace, String gateway, String pod, Integer seconds, boolean previous) {
        return GatewayPods.running(client, namespace, gateway, pod).stream().map(name -> {
            List<LogSource.Piece> pieces = new ArrayList<>();
            if (previous) {
                pieces.add(() -> open(client, namespace, name, seconds, true));
            }
            pieces.add(() -> open(client, namespace, name, seconds, false));
            return new LogSource(name, false, pieces);
        }).toList();
    }

    private static InputStream open(KubernetesClient client, String namespace, String pod, Integer seconds, boolean ended) throws IOException {
        var log = client.pods().inNamespace(namespace).withName(pod).inContainer(GatewayPods.CONTAINER).withReadyWaitTimeout(0);
        try {
            var since = ended ? log.terminated() : log;
            return (seconds == null ? since : since.sinceSeconds(seconds)).getLogInputStream();
        } catch (KubernetesClientException e) {
            if (ended && e.getCode() == 400) {
                return new ByteArrayInputStream(new byte[0]);   // it has not been started before
            }
            throw new ToolException("the log of pod " + pod + " cannot be read: " + e.getMessage() + (e.getCode() == 403 ? " (needed: get on pods/log)" : ""));
        }
    }
}
