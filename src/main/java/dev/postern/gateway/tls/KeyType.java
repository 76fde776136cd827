package dev.postern.gateway.tls;

import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.util.List;
import java.util.Set;

/**
 * Types of a certificate's key as TLS tells them apart, the one to be preferred first: ECDSA costs a server least and nearly all
 * clients know it, RSA costs most and all do.
 */
enum KeyType {
    ECDSA_P256(23, Set.of(0x0403), Set.of(0x0403, 0x0503, 0x0603), "ecdsa_secp256r1", "ecdsa_sha"),
    ECDSA_P384(24, Set.of(0x0503), Set.of(0x0403, 0x0503, 0x0603), "ecdsa_secp384r1", "ecdsa_sha"),
    ECDSA_P521(25, Set.of(0x0603), Set.of(0x0403, 0x0503, 0x0603), "ecdsa_secp521r1", "ecdsa_sha"),
    ED25519(0, Set.of(0x0807), Set.of(0x0807), "ed25519"),
    RSA(0, Set.of(0x0804, 0x0805, 0x0806), Set.of(0x0401, 0x0501, 0x0601, 0x0804, 0x0805, 0x0806), "rsa_");

    /** Suites in which RSA decrypts and signs nothing (RFC 5246 section 7.4.3). */
    private static final Set<Integer> UNSIGNED = Set.of(0x002f, 0x0035, 0x009c, 0x009d);

    private final int group;
    private final Set<Integer> schemes13;
    private final Set<Integer> schemes12;
    private final List<String> names;

    KeyType(int group, Set<Integer> schemes13, Set<Integer> schemes12, String... names) {
        this.group = group;
        this.schemes13 = schemes13;
        this.schemes12 = schemes12;
        this.names = List.of(names);
    }

    /** @throws IllegalArgumentException for a key that no context here has */
    static KeyType of(PublicKey key) {
        return switch (key) {
            case ECPublicKey ec -> switch (ec.getParams().getCurve().getField().getFieldSize()) {
                case 256 -> ECDSA_P256;
                case 384 -> ECDSA_P384;
                default -> ECDSA_P521;
            };
            case EdECPublicKey ignored -> ED25519;
            default -> {
                if (!key.getAlgorithm().equals("RSA")) {
                    throw new IllegalArgumentException("its key is of type " + key.getAlgorithm() + "; allowed are RSA, ECDSA and Ed25519");
                }
                yield RSA;
            }
        };
    }

    /**
     * Whether a client can make a handshake with such a key where a listener has this to offer. TLS 1.3 binds a curve to its hash (RFC 8446 section 4.2.3); TLS 1.2
     * asks for a cipher suite, a signature algorithm and, for ECDSA, the curve among the groups (RFC 8422 section 5.1). A TLS 1.2
     * client that names no signature algorithms knows RSA and ECDSA (RFC 5246 section 7.4.1.4.1). What the client says of
     * signatures further up the chain (signature_algorithms_cert) is passed over: most say nothing of it.
     */
    boolean usableBy(ClientHello hello, ListenerTls.Offer offer) {
        if (hello.tls13() && offer.tls13()) {
            return hello.offersScheme(schemes13);
        }
        Set<Integer> common = hello.suitesOf(this == RSA ? offer.rsa() : offer.ecdsa());
        boolean signs = hello.namesSchemes() ? hello.offersScheme(schemes12) : this != ED25519;
        boolean unsigned = common.stream().anyMatch(UNSIGNED::contains);
        return !common.isEmpty() && (signs || unsigned) && (group == 0 || hello.allowsGroup(group));
    }

    /** Whether a peer verifies its signatures, by the names that BoringSSL has for the algorithms that the peer sent. */
    boolean verifiableBy(String[] peerAlgorithms) {
        return List.of(peerAlgorithms).stream().anyMatch(algorithm -> names.stream().anyMatch(algorithm::startsWith));
    }
}
