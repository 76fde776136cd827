package dev.postern.cli.cert.store;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postern.api.Certificate;
import dev.postern.api.Listener;
import dev.postern.plan.ResourceSet.KeyPairPem;
import dev.postern.plan.ServingReport;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Certificates and what belongs to them. Every method throws {@link ToolException} where it cannot do what it is asked to. */
public interface CertificateStore extends AutoCloseable {
    /** For messages: {@code namespace mail}, {@code folder manifests}. */
    String place();

    /** All of them by name, with their status. */
    List<Certificate> list();

    /** One of them with its status. */
    Optional<Certificate> find(String name);

    /** Chain and key as they are kept, the chain as it was given; empty where there are none yet. */
    Optional<KeyPairPem> pair(Certificate certificate);

    /** The listeners that name it. */
    List<Listener> listeners(Certificate certificate);

    /** What the pods of its gateway say that they serve, by pod; empty where there are no pods. */
    Map<String, ServingReport> serving(Certificate certificate);

    /** Namespace that new resources go into; in a folder, which manifests may leave open, empty. */
    Optional<String> namespace();

    /**
     * Adds a Certificate, and Secrets that it needs, as they stand in manifests.
     *
     * @param replace whether those that exist are replaced; otherwise nothing is done where any of them exists
     * @return what was done, a line each
     */
    List<String> add(ObjectNode certificate, List<ObjectNode> secrets, boolean replace);

    /**
     * Sets one text of a Certificate, and leaves everything else alone.
     *
     * @param path keys, such as {@code metadata}, {@code annotations}, {@code example.com/a}
     * @return what was done
     */
    String set(Certificate certificate, List<String> path, String value);

    @Override
    void close();
}
