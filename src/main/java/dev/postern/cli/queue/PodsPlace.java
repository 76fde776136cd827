package dev.postern.cli.queue;

import dev.postern.cli.tool.GatewayPods;
import dev.postern.cli.tool.Lines;
import dev.postern.cli.tool.ToolException;
import dev.postern.gateway.admin.QueueRequest;
import dev.postern.gateway.admin.Wire;
import io.fabric8.kubernetes.api.model.authentication.SelfSubjectReview;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.ExecWatch;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Pods of a gateway: runs the far end of this tool in each, by the API server's exec. */
final class PodsPlace implements Place {
    private static final String[] FAR_END = {"/opt/java/bin/postern", "queue", "wire"};
    private static final int BUFFER = 64 << 10;

    private final KubernetesClient client;
    private final String namespace;
    private final List<String> pods;
    private final String user;

    private PodsPlace(KubernetesClient client, String namespace, List<String> pods) {
        this.client = client;
        this.namespace = namespace;
        this.pods = pods;
        user = user(client);
    }

    /** @param gateway null: the only one; @param pod null: all of them */
    static PodsPlace open(Config config, String gateway, String pod) {
        KubernetesClient client = new KubernetesClientBuilder().withConfig(config).build();
        try {
            return new PodsPlace(client, config.getNamespace(), GatewayPods.running(client, config.getNamespace(), gateway, pod));
        } catch (RuntimeException e) {
            client.close();
            throw e;
        }
    }

    @Override
    public List<String> queues() {
        return pods;
    }

    @Override
    public void ask(String pod, QueueRequest request, Lines lines) throws InterruptedException {
        ByteArrayOutputStream error = new ByteArrayOutputStream();
        byte[] line = Wire.line(user == null ? request : request.by(user));
        try (ExecWatch far = client.pods().inNamespace(namespace).withName(pod).inContainer(GatewayPods.CONTAINER).withReadyWaitTimeout(0).readingInput(new ByteArrayInputStream(line))
                .redirectingOutput().writingError(error).exec(FAR_END)) {
            FolderPlace.read(new BufferedInputStream(far.getOutput(), BUFFER), lines);
        } catch (KubernetesClientException | IOException e) {
            String said = error.toString(StandardCharsets.UTF_8).strip();
            throw new ToolException("pod " + pod + " cannot be asked: " + (said.isEmpty() ? reason(e) : said));
        }
    }

    private static String reason(Exception e) {
        Throwable cause = e;
        while (cause.getCause() != null && cause.getCause().getMessage() != null) {
            cause = cause.getCause();
        }
        String text = cause.getMessage() == null ? cause.toString() : cause.getMessage();
        return text.toLowerCase(java.util.Locale.ROOT).contains("forbidden") ? text + " (needed: create on pods/exec)" : text;
    }

    /** As the API server knows the user; null where it does not say. */
    private static String user(KubernetesClient client) {
        try {
            SelfSubjectReview review = client.resource(new SelfSubjectReview()).create();
            return review.getStatus().getUserInfo().getUsername();
        } catch (KubernetesClientException | NullPointerException e) {
            return client.getConfiguration().getUsername();
        }
    }

    @Override
    public void close() {
        client.close();
    }
}
