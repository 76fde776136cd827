package dev.postern.plan;

import dev.postern.plan.Problem.Severity;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Collects what is wrong, by resource. */
final class Problems {
    private static final List<String> KINDS = List.of("MailGateway", "Listener", "MailFlowPolicy", "DestinationControl", "Certificate");
    private final List<Problem> all = new ArrayList<>();

    Scope of(ResourceRef resource) {
        return new Scope(resource);
    }

    /** By kind and name, whatever the order in which they were found; those of one resource as they were found. */
    List<Problem> sorted() {
        return all.stream().sorted(Comparator.<Problem>comparingInt(p -> KINDS.indexOf(p.resource().kind())).thenComparing(p -> p.resource().name())).toList();
    }

    /** The problems of one resource. */
    final class Scope {
        private final ResourceRef resource;
        private Problem first;

        private Scope(ResourceRef resource) {
            this.resource = resource;
        }

        ResourceRef resource() {
            return resource;
        }

        void invalid(String field, String message) {
            invalid(field, Problem.Reason.INVALID_VALUE, message);
        }

        void invalid(String field, String reason, String message) {
            add(field, Severity.INVALID, reason, message);
        }

        void unresolved(String field, String reason, String message) {
            add(field, Severity.UNRESOLVED, reason, message);
        }

        void warning(String field, String reason, String message) {
            add(field, Severity.WARNING, reason, message);
        }

        /** Whether something was found that keeps this form of the resource out of the plan. */
        boolean bad() {
            return first != null;
        }

        /** The first thing that keeps it out, or null. */
        String why() {
            return first == null ? null : first.field() + ": " + first.message();
        }

        private void add(String field, Severity severity, String reason, String message) {
            var problem = new Problem(resource, field, severity, reason, message);
            all.add(problem);
            if (first == null && severity != Severity.WARNING) {
                first = problem;
            }
        }
    }
}
