package dev.postern.plan;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Things of one kind that listeners name.
 *
 * @param attached  names of those that belong to this gateway, good or not
 * @param elsewhere the gateway of those that belong to another
 * @param good      those whose present form is good
 * @param lastGood  the form of the plan in force
 */
record Catalog<T>(String kind, Set<String> attached, Map<String, String> elsewhere, Map<String, T> good, Function<String, Optional<T>> lastGood) {

    /** In the present form where that is good, else in the last good one; also of what is gone. */
    Optional<T> find(String name) {
        return Optional.ofNullable(good.get(name)).or(() -> lastGood.apply(name));
    }

    /** What a resource names; a name that cannot be used becomes a problem. */
    Optional<T> resolve(String name, String field, String notFound, String notReady, Problems.Scope scope) {
        if (name == null) {
            scope.invalid(field, "is required: the name of a " + kind);
            return Optional.empty();
        }
        if (!attached.contains(name)) {
            String other = elsewhere.get(name);
            scope.unresolved(field, notFound, other == null ? "there is no " + kind + " '" + name + "' that belongs to this gateway"
                    : kind + " '" + name + "' belongs to MailGateway '" + other + "', not to this one");
            return Optional.empty();
        }
        Optional<T> found = find(name);
        if (found.isEmpty()) {
            scope.unresolved(field, notReady, kind + " '" + name + "' cannot be used yet; its own status says why");
        }
        return found;
    }

    String id(String name) {
        return kind + "/" + name;
    }
}
