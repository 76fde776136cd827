package dev.postern.gateway.auth;

import dev.postern.plan.UserVerifiers;
import dev.postern.sasl.ScramVerifier;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The users of a listener. One that does not exist looks as one that does: it has a salt that is always the same, and as many iterations as
 * some other, so that neither answers nor their cost tell which names there are. That salt comes from the verifiers, which all pods share and nobody
 * else knows. Immutable; never printed.
 */
public final class Users {
    /** Nobody. */
    public static final Users NONE = new Users(Map.of(), "");
    private static final int SALT = 16;

    private final Map<String, ScramVerifier> byName;
    private final List<ScramVerifier> inOrder;
    private final byte[] secret;

    private Users(Map<String, ScramVerifier> byName, String text) {
        this.byName = Map.copyOf(byName);
        inOrder = List.copyOf(new TreeMap<>(byName).values());
        secret = ScramVerifier.hmac("users that do not exist".getBytes(StandardCharsets.US_ASCII), text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * The users that travelled with a plan.
     *
     * @throws IllegalArgumentException where they cannot be read; never with what they hold
     */
    public static Users of(String text) {
        return new Users(UserVerifiers.parse(text), text);
    }

    /**
     * What is known of a user.
     *
     * @param exists whether it can log in at all
     */
    public record User(String name, ScramVerifier verifier, boolean exists) {
    }

    /** @param name as {@link dev.postern.sasl.Prepared} gives it */
    public User find(String name) {
        byte[] drawn = ScramVerifier.hmac(secret, name.getBytes(StandardCharsets.UTF_8));
        ScramVerifier verifier = byName.get(name);
        return verifier == null ? new User(name, nobody(drawn), false) : new User(name, verifier, true);
    }

    private ScramVerifier nobody(byte[] drawn) {
        ScramVerifier like = inOrder.isEmpty() ? null : inOrder.get(Math.floorMod(Arrays.hashCode(drawn), inOrder.size()));
        byte[] salt = Arrays.copyOf(drawn, like == null ? SALT : like.salt().length);
        for (int i = drawn.length; i < salt.length; i++) {
            salt[i] = (byte) (drawn[i % drawn.length] ^ i);
        }
        byte[] key = ScramVerifier.hmac(secret, drawn);
        return ScramVerifier.none(like == null ? ScramVerifier.ITERATIONS : like.iterations(), salt, key, key);
    }

    @Override
    public String toString() {
        return "Users[" + byName.size() + "]";
    }
}
