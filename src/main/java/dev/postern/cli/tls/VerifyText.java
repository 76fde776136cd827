package dev.postern.cli.tls;

import dev.postern.api.DestinationControlSpec.TlsMode;
import dev.postern.cli.tool.Lines;
import dev.postern.cli.tool.Table;
import dev.postern.gateway.delivery.ProbeReport.Fate;
import dev.postern.gateway.delivery.ProbeReport.Host;
import dev.postern.gateway.delivery.ProbeReport.Step;
import dev.postern.gateway.delivery.ProbeReport;
import java.io.PrintWriter;
import java.util.List;

/** What a probe found, for a person. */
final class VerifyText {
    private final Lines lines;

    VerifyText(PrintWriter out) {
        lines = new Lines(out);
    }

    /** @param from whose plan it was */
    void print(ProbeReport report, String from) {
        lines.line("Domain", report.domain());
        lines.line("Plan", from);
        lines.line("Verdict", report.mode() + ": " + said(report.getVerdict()));
        lines.heading("Way");
        steps(report.steps());
        for (Host host : report.hosts()) {
            lines.heading((host.host().equals(host.address()) ? host.host() : host.host() + " (" + host.address() + ")") + " port " + host.port());
            steps(host.steps());
        }
        lines.heading("What would become of mail");
        Table table = new Table("MODE", "MAIL IS", "ALERT", "WHY");
        for (TlsMode mode : TlsMode.values()) {
            Fate fate = report.verdicts().get(mode);
            table.row(mode == report.mode() ? mode + " (now)" : mode.toString(), how(fate), fate.alert() ? "yes" : "no", fate.text());
        }
        lines.table(table);
    }

    private void steps(List<Step> steps) {
        Table table = new Table("STEP", "RESULT", "SEEN");
        steps.forEach(step -> table.row(step.name(), switch (step.status()) {
            case OK -> "ok";
            case FAILED -> "FAILED";
            case NOTE -> "-";
        }, step.text()));
        lines.table(table);
    }

    private static String said(Fate fate) {
        return "mail is " + how(fate) + (fate.text() == null ? "" : "; " + fate.text()) + (fate.alert() ? "; an alert is raised" : "");
    }

    private static String how(Fate fate) {
        return switch (fate.how()) {
            case VERIFIED -> "sent over verified TLS";
            case ENCRYPTED -> "sent over TLS, not verified";
            case CLEAR -> "sent in clear";
            case NOT_SENT -> "not sent";
        };
    }
}
