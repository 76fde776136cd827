package dev.postern.gateway.tls;

import dev.postern.pki.issue.SelfSigned;

/**
 * What the verification of a peer's certificate gave.
 *
 * @param verified    whether the chain is trusted and the name is one that was asked for
 * @param matchedName the name asked for that the certificate has, or null
 * @param reason      null when verified, else why not
 * @param detail      null when verified, else what was seen, for a person
 */
public record Verdict(boolean verified, String matchedName, Reason reason, String detail) {

    /** Why a peer is not verified: a small set, so that failures can be counted by it. */
    public enum Reason {
        /** The peer showed no certificate. */
        NoCertificate,
        /** Its certificate, or one of its chain, is past its end. */
        Expired,
        /** Its certificate is not valid yet. */
        NotYetValid,
        /** It signed its certificate itself, and nobody else trusts it. */
        SelfSigned,
        /** No trusted authority signed the chain. */
        UnknownIssuer,
        /** The chain breaks a rule: a wrong signature, a constraint, a purpose, a weak algorithm. */
        InvalidChain,
        /** The chain is trusted, but for another name. */
        NameMismatch,
        /** An authority says, by a response that the server stapled, that the certificate is revoked. */
        Revoked,
        /** The certificate promises a stapled response (RFC 7633), and none came. */
        NotStapled,
        /** The chain is trusted, but has none of the pinned keys. */
        PinMismatch,
        /** No TLSA record fits the chain. */
        DaneMismatch
    }

    static Verdict verified(String name) {
        return new Verdict(true, name, null, null);
    }

    static Verdict failed(Reason reason, String detail) {
        return new Verdict(false, null, reason, detail);
    }
}
