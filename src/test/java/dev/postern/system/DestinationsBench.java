package dev.postern.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.DestinationControlSpec.Dane;
import dev.postern.api.DestinationControlSpec.Identity;
import dev.postern.api.DestinationControlSpec.MtaSts;
import dev.postern.api.DestinationControlSpec.TlsMode;
import dev.postern.gateway.config.ActivePlan;
import dev.postern.gateway.tls.TrustAnchors;
import dev.postern.plan.DestinationPlan;
import dev.postern.plan.DestinationTable;
import dev.postern.plan.GatewayPlan;
import dev.postern.plan.PlanParts;
import dev.postern.plan.ResourceRef;
import dev.postern.plan.Settings;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What many destinations with policies of their own cost a gateway: memory each, and a lookup. Prints; asserts only that every lookup finds its own. */
class DestinationsBench {
    private static final int LOOKUPS = 1_000_000;

    @Test
    void memoryAndLookups() {
        TrustAnchors system = TrustAnchors.system();
        ActivePlan.forDelivery(plan(10), Map.of(), system);   // what is paid once
        for (int count : new int[] {100, 1_000, 10_000, 100_000}) {
            long before = used();
            ActivePlan active = ActivePlan.forDelivery(PlanParts.split(plan(count), 1).join(), Map.of(), system);
            long bytes = used() - before;
            double[] ns = new double[5];
            for (int round = 0; round < ns.length; round++) {
                ns[round] = lookups(active.destinations(), count, round);
            }
            Arrays.sort(ns);
            System.out.printf("%,d destinations: %,d bytes each, a lookup %.0f ns (%.0f to %.0f)%n", count, bytes / count, ns[2], ns[0], ns[4]);
            assertThat(active.plan().destinations()).hasSize(count);
        }
    }

    /** Half of them by a name of three labels more than the destination has. */
    private static double lookups(DestinationTable table, int count, int seed) {
        Random random = new Random(seed);
        String[] domains = new String[4096];
        int[] wanted = new int[domains.length];
        for (int i = 0; i < domains.length; i++) {
            wanted[i] = random.nextInt(count);
            domains[i] = (i % 2 == 0 ? "" : "a.b.c.sub-") + (i % 2 == 0 ? "partner-" : "") + wanted[i] + ".example";
        }
        long start = System.nanoTime();
        long wrong = 0;
        for (int i = 0; i < LOOKUPS; i++) {
            int at = i & domains.length - 1;
            wrong += table.find(domains[at]).orElseThrow().limits().concurrentConnections() == 1 + wanted[at] % 1000 ? 0 : 1;
        }
        long ns = System.nanoTime() - start;
        assertThat(wrong).isZero();
        return (double) ns / LOOKUPS;
    }

    private static GatewayPlan plan(int count) {
        List<DestinationPlan> destinations = new ArrayList<>();
        Random random = new Random(1);
        for (int i = 0; i < count; i++) {
            byte[] pin = new byte[32];
            random.nextBytes(pin);
            var tls = new DestinationPlan.Tls(TlsMode.values()[1 + i % 4], Identity.values()[i % 3], null, List.of(Base64.getEncoder().encodeToString(pin)),
                    Dane.values()[i % 3], MtaSts.values()[i % 2]);
            destinations.add(DestinationPlan.of(new ResourceRef("DestinationControl", "mail", "partner-" + i, "uid-" + i, 1), List.of("partner-" + i + ".example", ".sub-" + i + ".example"),
                    false, tls, null, DestinationPlan.Limits.of(1 + i % 1000, 100), List.of(new DestinationPlan.Host("relay-" + i + ".example", 25, 0)), null));
        }
        Settings settings = new Settings("mail.example.com", new DestinationPlan.Retry(300, 3600, 86_400), null, null, Settings.Alerts.EVENTS, Settings.Dns.SYSTEM, false, 1000, 0, null, List.of());
        return new GatewayPlan(new ResourceRef("MailGateway", "mail", "default", "", 1), settings, List.of(), List.of(), List.of(), Map.of(), destinations);
    }

    private static long used() {
        Runtime runtime = Runtime.getRuntime();
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 5; i++) {
            System.gc();
            least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
        }
        return least;
    }
}
