package dev.postern.plan;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** A written plan, whatever is in it, is read or refused with the one error that pods expect. */
public final class PlanFuzz {

    private PlanFuzz() {
    }

    /** Called by the fuzzer, and by the replay of what it found. */
    public static void fuzzerTestOneInput(byte[] data) {
        String json = new String(data, StandardCharsets.UTF_8);
        try {
            PlanParts.Index.parse(json);
        } catch (IllegalArgumentException e) {
            // no index
        }
        try {
            Map<String, String> parts = new HashMap<>();
            PlanParts.names().forEach(name -> parts.put(name, name.equals(PlanParts.CORE) ? json : "{\"destinations\":[]}"));
            Map<String, String> digests = new HashMap<>();
            parts.forEach((name, part) -> digests.put(name, PlanParts.sha256(part)));
            new PlanParts(new PlanParts.Index(PlanParts.revision(digests), 1, digests), parts).join();
        } catch (IllegalArgumentException e) {
            // no plan
        }
    }
}
