package dev.postern.plan;

import dev.postern.plan.UserVerifiers.Reading;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Secrets of users that listeners name: each is read once, and only those that the plan uses travel with it. */
final class UserSecrets {
    private final Map<String, Map<String, String>> given;
    private final Previous previous;
    private final Map<String, Reading> read = new HashMap<>();
    private final Map<String, String> fresh = new HashMap<>();

    /** @param given values by key, by name of the Secret */
    UserSecrets(Map<String, Map<String, String>> given, Previous previous) {
        this.given = given;
        this.previous = previous;
    }

    /** The digest of a Secret's users; empty after a problem. */
    Optional<String> resolve(String secret, String field, Problems.Scope scope) {
        Map<String, String> entries = given.get(secret);
        if (entries == null) {
            scope.unresolved(field, Problem.Reason.SECRET_NOT_FOUND, "there is no Secret '" + secret + "'");
            return Optional.empty();
        }
        Reading reading = read.computeIfAbsent(secret, s -> UserVerifiers.read(entries));
        reading.faults().forEach(fault -> scope.unresolved(field, Problem.Reason.INVALID_USERS, "Secret '" + secret + "': " + fault));
        if (!reading.faults().isEmpty()) {
            return Optional.empty();
        }
        if (reading.users() == 0) {
            scope.warning(field, Problem.Reason.INVALID_USERS, "Secret '" + secret + "' has no user: nobody can log in");
        }
        fresh.put(reading.digest(), reading.text());
        return Optional.of(reading.digest());
    }

    /** Whether the users of a plan are there. */
    boolean isThere(String digest) {
        return digest == null || text(digest).isPresent();
    }

    /** What travels beside the keys, for the users with these digests: as they are now, or, for what is kept in an earlier form, as they were. */
    Map<String, String> named(Iterable<String> digests) {
        Map<String, String> named = new TreeMap<>();
        digests.forEach(digest -> text(digest).ifPresent(text -> named.put(UserVerifiers.name(digest), text)));
        return named;
    }

    private Optional<String> text(String digest) {
        return Optional.ofNullable(fresh.get(digest)).or(() -> previous.users(digest));
    }
}
