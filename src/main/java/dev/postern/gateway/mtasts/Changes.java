package dev.postern.gateway.mtasts;

import dev.postern.gateway.mtasts.Known.Kept;
import dev.postern.gateway.report.MailEvent.Level;
import dev.postern.gateway.report.MailEvent.Notice;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Says for the log what became of a domain's policy. Pure. */
final class Changes {
    private static final int SHOWN = 5;

    private Changes() {
    }

    /** @param before null where nothing was known */
    static List<Notice> of(String domain, Known before, Known after) {
        List<Notice> lines = new ArrayList<>();
        String begin = "MTA-STS policy of " + domain;
        Kept had = before == null ? null : before.kept();
        Kept has = after.kept();
        if (has == null && had != null) {
            lines.add(new Notice(Level.Info, begin + " is over, as it was fetched at " + had.fetched() + " for " + had.policy().maxAgeSeconds() + " s"));
        } else if (has != null && (had == null || !had.policy().equals(has.policy()))) {
            lines.add(new Notice(Level.Info, begin + (had == null ? " is new: " : " changed: ") + describe(has.policy())));
        }
        if (after.failed() != null && !after.failed().same(before == null ? null : before.failed())) {
            boolean matters = has == null || has.policy().mode() != StsPolicy.Mode.NONE;
            lines.add(new Notice(matters ? Level.Warning : Level.Info, begin + " with id " + after.failed().id() + " could not be had: " + after.failed().detail()
                    + (has == null ? "; mail goes without" : "; the one with id " + has.policy().id() + " holds until " + has.end())));
        }
        return lines;
    }

    private static String describe(StsPolicy policy) {
        String hosts = policy.mx().isEmpty() ? "" : ", mx " + String.join(" ", policy.mx().stream().limit(SHOWN).toList())
                + (policy.mx().size() > SHOWN ? " and " + (policy.mx().size() - SHOWN) + " more" : "");
        return "mode " + policy.mode().name().toLowerCase(Locale.ROOT) + hosts + ", for " + policy.maxAgeSeconds() + " s, id " + policy.id();
    }
}
