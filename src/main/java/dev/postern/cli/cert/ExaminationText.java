package dev.postern.cli.cert;

import dev.postern.cli.cert.Shown.Link;
import dev.postern.cli.tool.Lines;
import dev.postern.cli.tool.Table;
import java.util.List;

/** An examination for people to read. */
final class ExaminationText {
    private final Lines lines;

    ExaminationText(Lines lines) {
        this.lines = lines;
    }

    /** @param wide whether everything is told of every certificate, not of the first alone */
    void print(Examination examination, boolean wide) {
        lines.line("Target", examination.target());
        lines.line("Form", examination.how());
        List<Details> presented = examination.presented();
        if (!presented.isEmpty()) {
            lines.heading("Presented");
            Table table = new Table("", "SUBJECT", "ISSUER", "NOT-AFTER");
            for (int i = 0; i < presented.size(); i++) {
                table.row(i + 1, presented.get(i).subject(), presented.get(i).issuer(), presented.get(i).notAfter());
            }
            lines.table(table);
            if (!presented.stream().map(Details::sha256).toList().equals(examination.arranged().stream().map(Link::sha256).toList())) {
                links("As it should be served", examination.arranged());
            }
            for (int i = 0; i < (wide ? presented.size() : 1); i++) {
                Details details = presented.get(wide ? i : own(examination));
                lines.heading(wide ? "Certificate " + (i + 1) : "Certificate");
                details.print(lines);
            }
        }
        lines.heading("Verdicts");
        Table verdicts = new Table("LEVEL", "CHECK", "MESSAGE");
        examination.verdicts().forEach(v -> verdicts.row(v.level(), v.check(), v.message()));
        lines.table(verdicts);
        lines.gap();
        lines.line("Result", examination.isAccepted() ? "a peer that verifies would accept it" : "a peer that verifies would refuse it");
    }

    private static int own(Examination examination) {
        String leaf = examination.arranged().getFirst().sha256();
        return examination.presented().stream().map(Details::sha256).toList().indexOf(leaf);
    }

    private void links(String heading, List<Link> links) {
        lines.heading(heading);
        Table table = new Table("", "SUBJECT", "ISSUER", "NOT-AFTER");
        for (int i = 0; i < links.size(); i++) {
            table.row(i + 1, links.get(i).subject(), links.get(i).issuer(), links.get(i).notAfter());
        }
        lines.table(table);
    }
}
