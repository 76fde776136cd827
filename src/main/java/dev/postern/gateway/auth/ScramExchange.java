package dev.postern.gateway.auth;

import dev.postern.gateway.auth.Step.Reason;
import dev.postern.sasl.Prepared;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * SCRAM-SHA-256 (RFC 5802, RFC 7677) without channel binding: the password does not cross the line, and the client learns that the server knows the
 * verifier. The server's last word is a challenge, which the client answers with nothing, as SMTP has no place for it beside success.
 */
final class ScramExchange implements Exchange {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int NONCE = 18;
    /** gs2-header, then client-first-message-bare, of at most eight extensions. A name has no comma, and an equals sign only as =2C or =3D. */
    private static final Pattern FIRST = Pattern.compile("([ny],(?:a=([^,\\x00]+))?,)(n=([^,\\x00]+),r=([\\x21-\\x2b\\x2d-\\x7e]{1,200})(?:,[A-Za-z]=[^,\\x00]*){0,8})");
    private static final Pattern BINDING = Pattern.compile("p=[A-Za-z0-9.-]+,.*", Pattern.DOTALL);
    private static final Pattern LAST = Pattern.compile("(c=([A-Za-z0-9+/=]+),r=([\\x21-\\x2b\\x2d-\\x7e]+)(?:,[A-Za-z]=[^,\\x00]*){0,8}),p=([A-Za-z0-9+/=]+)");

    private final Users users;
    private final String ownNonce;
    private State state = State.FIRST;
    private String header;
    private String firstBare;
    private String serverFirst;
    private String nonce;
    private Users.User user;
    private String given;
    private boolean forOther;

    private enum State { FIRST, LAST, END }

    ScramExchange(Users users) {
        this(users, nonce());
    }

    /** @param ownNonce the server's part of the nonce: printable ASCII without comma */
    ScramExchange(Users users, String ownNonce) {
        this.users = users;
        this.ownNonce = ownNonce;
    }

    private static String nonce() {
        byte[] random = new byte[NONCE];
        RANDOM.nextBytes(random);
        return Base64.getEncoder().encodeToString(random);
    }

    @Override
    public CompletionStage<Step> take(byte[] response) {
        return CompletableFuture.completedFuture(step(response));
    }

    private Step step(byte[] response) {
        if (state == State.END) {
            return response.length == 0 ? new Step.Success(user.name()) : malformed("more than nothing came after the server's signature");
        }
        String text;
        try {
            text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(response)).toString();
        } catch (CharacterCodingException e) {
            return malformed("not UTF-8");
        }
        return state == State.FIRST ? first(text) : last(text);
    }

    private Step first(String text) {
        if (BINDING.matcher(text).matches()) {
            return malformed("channel binding, which is not offered");
        }
        Matcher matcher = FIRST.matcher(text);
        Optional<String> name = matcher.matches() ? unescaped(matcher.group(4)) : Optional.empty();
        Optional<String> other = name.isEmpty() || matcher.group(2) == null ? Optional.empty() : unescaped(matcher.group(2));
        if (name.isEmpty() || matcher.group(2) != null && other.isEmpty()) {
            return malformed("not a first message of SCRAM");
        }
        given = name.get();
        Optional<String> prepared = Prepared.givenName(given);
        forOther = other.isPresent() && !Prepared.givenName(other.get()).equals(prepared);
        user = users.find(prepared.orElse(""));
        header = matcher.group(1);
        firstBare = matcher.group(3);
        nonce = matcher.group(5) + ownNonce;
        serverFirst = "r=" + nonce + ",s=" + Base64.getEncoder().encodeToString(user.verifier().salt()) + ",i=" + user.verifier().iterations();
        state = State.LAST;
        return new Step.Challenge(serverFirst.getBytes(StandardCharsets.UTF_8));
    }

    private Step last(String text) {
        Matcher matcher = LAST.matcher(text);
        byte[] proof;
        try {
            if (!matcher.matches() || !matcher.group(2).equals(Base64.getEncoder().encodeToString(header.getBytes(StandardCharsets.UTF_8))) || !matcher.group(3).equals(nonce)) {
                return malformed("not a final message of SCRAM that belongs to the first");
            }
            proof = Base64.getDecoder().decode(matcher.group(4));
        } catch (IllegalArgumentException e) {
            return malformed("a proof that is not Base64");
        }
        byte[] all = (firstBare + "," + serverFirst + "," + matcher.group(1)).getBytes(StandardCharsets.UTF_8);
        boolean fits = user.verifier().fits(proof, all);
        if (!fits || !user.exists()) {
            return new Step.Failure(Reason.Credentials, given, "wrong name or password");
        }
        if (forOther) {
            return new Step.Failure(Reason.Credentials, given, "the user may not act for another");
        }
        state = State.END;
        return new Step.Challenge(("v=" + Base64.getEncoder().encodeToString(user.verifier().serverSignature(all))).getBytes(StandardCharsets.US_ASCII));
    }

    private Step malformed(String detail) {
        return new Step.Failure(Reason.Malformed, given, detail);
    }

    /** A name as it was before it was put into a message; empty where an equals sign stands alone. */
    private static Optional<String> unescaped(String saslname) {
        String rest = saslname.replace("=2C", "").replace("=3D", "");
        return rest.indexOf('=') >= 0 ? Optional.empty() : Optional.of(saslname.replace("=2C", ",").replace("=3D", "="));
    }
}
