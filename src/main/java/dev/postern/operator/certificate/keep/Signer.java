package dev.postern.operator.certificate.keep;

import dev.postern.operator.kube.NamedWatches.Type;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;

/** A program that signs: it is asked by an object of the cluster, which it answers in the object's status. */
interface Signer {
    /** Uses of the key that are asked for, as both APIs name them; RSA keys encipher too, which no other can. */
    List<String> USAGES = List.of("digital signature", "server auth", "client auth");
    String ENCIPHERMENT = "key encipherment";
    /** Of the Certificate that an object is for: namespace/name. */
    String CERTIFICATE = "postern.dev/certificate";

    /**
     * What a signer is asked.
     *
     * @param object   name of the object
     * @param csr      PKCS#10 in PEM
     * @param duration how long the certificate should be valid
     */
    record Ask(String object, String csr, Duration duration, List<String> usages) {
    }

    /** What became of a request. */
    sealed interface Reply {
    }

    /** None yet. */
    record Waiting(String message) implements Reply {
    }

    /**
     * @param pem  certificates
     * @param since when it was asked
     */
    record Signed(String pem, Instant since) implements Reply {
    }

    /**
     * @param reason Denied or Failed
     * @param since  when it was asked
     */
    record Refused(String reason, String message, Instant since) implements Reply {
    }

    /** The object asks for something else, for what is asked has changed since. */
    record Superseded() implements Reply {
    }

    /** Kind of the objects. */
    String kind();

    /**
     * Asks, where that was not done yet, and reads the reply.
     *
     * @throws Unresolved where it cannot be asked
     */
    Reply ask(Look look, Ask ask) throws Unresolved;

    /**
     * The object that asks: made where there is none yet, and looked at again when it changes.
     *
     * @param field     of the Certificate, for messages
     * @param resources for messages: in the plural, as roles name them
     * @throws Unresolved where the API server refuses it
     */
    static <T extends HasMetadata> T object(Look look, Type<T> type, String namespace, String name, Supplier<T> create, String field, String resources) throws Unresolved {
        try {
            T live = look.peek(type, namespace, name).orElseGet(create);
            return look.read(type, namespace, name).orElse(live);
        } catch (KubernetesClientException e) {
            throw Unavailable.of(e, field, type.kind(), resources);
        }
    }

    /** Takes a request back, or clears an answered one away. */
    void withdraw(String namespace, String object);
}
