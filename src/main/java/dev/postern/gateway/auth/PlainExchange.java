package dev.postern.gateway.auth;

import dev.postern.gateway.auth.Step.Reason;
import dev.postern.sasl.Prepared;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** PLAIN (RFC 4616): name and password at once. */
final class PlainExchange implements Exchange {
    private static final int PARTS = 3;

    private final Users users;
    private final LoginWork work;

    PlainExchange(Users users, LoginWork work) {
        this.users = users;
        this.work = work;
    }

    @Override
    public CompletionStage<Step> take(byte[] response) {
        String[] parts = text(response).map(text -> text.split("\0", -1)).orElse(new String[0]);
        if (parts.length != PARTS || parts[1].isEmpty() || parts[2].isEmpty()) {
            return CompletableFuture.completedFuture(new Step.Failure(Reason.Malformed, null, "not a message of PLAIN"));
        }
        return work.run(parts[1], () -> look(parts[0], parts[1], parts[2]));
    }

    private Step look(String other, String given, String password) {
        Optional<String> name = Prepared.givenName(given);
        Optional<String> prepared = Prepared.givenPassword(password);
        // A name or a password that nobody can have costs what others do.
        Users.User user = users.find(name.orElse(""));
        boolean fits = user.verifier().fits(prepared.orElse("x"));
        if (!fits || !user.exists() || prepared.isEmpty()) {
            return new Step.Failure(Reason.Credentials, given, "wrong name or password");
        }
        if (!other.isEmpty() && !Prepared.givenName(other).equals(name)) {
            return new Step.Failure(Reason.Credentials, given, "the user may not act for another");
        }
        return new Step.Success(user.name());
    }

    private static Optional<String> text(byte[] octets) {
        try {
            return Optional.of(StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(octets)).toString());
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
    }
}
