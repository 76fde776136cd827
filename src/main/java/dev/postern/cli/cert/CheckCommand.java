package dev.postern.cli.cert;

import dev.postern.cli.cert.Examination.Question;
import dev.postern.cli.cert.look.LiveServer;
import dev.postern.cli.cert.look.MaterialReader;
import dev.postern.cli.cert.look.Starttls;
import dev.postern.cli.tool.Lines;
import dev.postern.cli.tool.Output;
import dev.postern.cli.tool.ToolCommand;
import dev.postern.cli.tool.ToolException;
import dev.postern.pki.Chains;
import dev.postern.pki.HostNames;
import dev.postern.pki.path.SystemRoots;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** Certificates as a peer that verifies sees them. */
@Command(name = "check", mixinStandardHelpOptions = true, exitCodeListHeading = CertCommand.EXIT_CODES,
        exitCodeList = {"0:a peer that verifies would accept it", "1:it would not", CertCommand.USAGE},
        description = {"Looks at certificates in a file (PEM, DER, PKCS#7, PKCS#12), or on a server: is the chain whole and in order, is it trusted, is it for the name, is it in time?",
            "On a server it opens a session, looks and leaves; ports 25, 587 and 2525 are taken for SMTP, and others where the server greets."})
final class CheckCommand extends ToolCommand {
    @Parameters(paramLabel = "TARGET", arity = "0..1", description = "A file, or HOST:PORT.")
    String target;
    @Option(names = "--mx", paramLabel = "DOMAIN", description = "The MX hosts of a domain too, or alone: each for its own name.")
    String mx;
    @Option(names = "--mx-port", paramLabel = "PORT", defaultValue = "25", description = "Their port. Default: ${DEFAULT-VALUE}")
    int mxPort;
    @Option(names = "--dns", paramLabel = "ADDRESS", description = "DNS server to ask for --mx; repeatable. Default: the system's.")
    List<String> dns = new ArrayList<>();
    @Option(names = "--name", paramLabel = "HOST", description = "A name that the certificate must be for; repeatable. Default: the host of HOST:PORT.")
    List<String> names = new ArrayList<>();
    @Option(names = "--trust", paramLabel = "FILE", description = "Authorities to trust, in PEM. Default: those that this system trusts.")
    Path trust;
    @Option(names = "--starttls", paramLabel = "HOW", defaultValue = "auto", description = "One of ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}")
    Starttls starttls;
    @Option(names = "--at", paramLabel = "TIME", description = "Looks at it as of that time, such as 2030-01-01T00:00:00Z. Default: now.")
    String at;
    @Mixin
    PasswordOption password;
    @Mixin
    Output output;

    @Override
    protected int run() {
        if (target == null && mx == null) {
            throw new ParameterException(spec.commandLine(), "give TARGET, --mx DOMAIN, or both");
        }
        List<Examination> examinations = new ArrayList<>();
        if (target != null) {
            examinations.add(target.equals("-") || Files.exists(Path.of(target)) ? file() : server());
        }
        if (mx != null) {
            examinations.addAll(new MxHosts(dns, mxPort, starttls).examine(mx, names, anchors(), time()));
        }
        print(examinations);
        return examinations.stream().allMatch(Examination::isAccepted) ? OK : NEGATIVE;
    }

    private Examination file() {
        try {
            return Examination.of(target, MaterialReader.read(Input.read(target), () -> password.get(target)), new Question(names, anchors(), time()));
        } catch (IllegalArgumentException e) {
            throw new ToolException(target + ": " + e.getMessage());
        }
    }

    private Examination server() {
        HostPort server = HostPort.parse(target);
        List<String> asked = names.isEmpty() && HostNames.address(server.host()).isEmpty() ? List.of(server.host()) : names;
        String sni = asked.isEmpty() ? server.host() : asked.getFirst();
        return Examination.of(target, server.look(new LiveServer(), sni, starttls), new Question(asked, anchors(), time()));
    }

    private Set<X509Certificate> anchors() {
        if (trust == null) {
            return SystemRoots.load();
        }
        try {
            return new LinkedHashSet<>(Chains.parse(new String(Input.read(trust.toString()), StandardCharsets.ISO_8859_1)));
        } catch (IllegalArgumentException e) {
            throw new ToolException(trust + ": " + e.getMessage());
        }
    }

    private Instant time() {
        try {
            return at == null ? clock.instant() : OffsetDateTime.parse(at).toInstant();
        } catch (DateTimeException e) {
            throw new ParameterException(spec.commandLine(), "--at: '" + at + "' is no time such as 2030-01-01T00:00:00Z");
        }
    }

    private void print(List<Examination> examinations) {
        switch (output.format) {
            case json, yaml -> out().print(output.structured(examinations));
            case name -> examinations.forEach(e -> out().print(e.target() + "\n"));
            default -> {
                String gap = "";
                for (Examination examination : examinations) {
                    out().print(gap);
                    new ExaminationText(new Lines(out())).print(examination, output.format == Output.Format.wide);
                    gap = "\n";
                }
            }
        }
    }
}
