package dev.postern.cli.tls;

import dev.postern.api.MailGatewaySpec.Dnssec;
import dev.postern.cli.tool.Output;
import dev.postern.cli.tool.ToolCommand;
import dev.postern.cli.tool.ToolException;
import dev.postern.dns.DnsOptions;
import dev.postern.dns.DnsjavaDns;
import dev.postern.gateway.delivery.Probe;
import dev.postern.gateway.delivery.ProbeReport;
import dev.postern.gateway.mtasts.PolicyFetcher;
import dev.postern.gateway.mtasts.PublishedPolicies;
import dev.postern.gateway.smtp.client.Timeouts;
import dev.postern.pki.HostNames;
import dev.postern.plan.Settings;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.channel.nio.NioEventLoopGroup;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** The way of delivery to a domain, step by step. */
@Command(name = "verify", mixinStandardHelpOptions = true, exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:mail would be sent", "1:it would not, or not by any host that was reached", "2:it cannot be told, or the command line is wrong"},
        description = {"Goes the way of delivery to a domain: DestinationControl, MX or route, MTA-STS, addresses, TLSA, EHLO, STARTTLS, chain, identity.",
            "Sends no mail. Says for each mode what would become of mail.",
            "In a pod of a gateway its own plan is used; elsewhere that of the cluster, of --folder, or with --mode alone none."})
final class VerifyCommand extends ToolCommand {
    @Parameters(paramLabel = "DOMAIN", description = "The recipient domain.")
    String domain;
    @Mixin
    PlanOptions options;
    @Option(names = "--timeout", paramLabel = "SECONDS", defaultValue = "30", description = "For each answer of a server. Default: ${DEFAULT-VALUE}")
    int timeout;
    @Mixin
    Output output;

    @Override
    protected int run() throws InterruptedException {
        if (timeout < 1) {
            throw new ParameterException(spec.commandLine(), "--timeout: '" + timeout + "' is too short; allowed is 1 and more");
        }
        Plans.Found found = new Plans(options, clock).find(normal());
        ProbeReport report = probe(found);
        switch (output.format) {
            case json, yaml -> out().print(output.structured(report));
            case name -> out().print(report.domain() + "\n");
            default -> new VerifyText(out()).print(report, found.from());
        }
        return report.getVerdict().sent() ? OK : NEGATIVE;
    }

    private String normal() {
        try {
            return domain.startsWith("[") ? domain : HostNames.normal(domain.endsWith(".") ? domain.substring(0, domain.length() - 1) : domain);
        } catch (IllegalArgumentException e) {
            throw new ToolException(e.getMessage());
        }
    }

    private ProbeReport probe(Plans.Found found) throws InterruptedException {
        Settings.Dns dns = found.plan().plan().settings().dns();
        var group = new NioEventLoopGroup(1);
        try (var resolver = new DnsjavaDns(new DnsOptions(dns.servers(), dns.dnssec() == Dnssec.TrustResolver, dns.trustAnchors()));
                var kept = new TemporaryFolder();
                var policies = new PublishedPolicies(kept.path(), resolver, new PolicyFetcher(resolver, group, found.plan().trust(null), clock, PolicyFetcher.Options.STANDARD),
                        event -> { }, new SimpleMeterRegistry(), clock)) {
            return new Probe(group, Timeouts.all(Duration.ofSeconds(timeout)), resolver, policies, clock).run(normal(), found.plan());
        } catch (IllegalArgumentException | IOException e) {
            throw new ToolException(e.getMessage());
        } finally {
            group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        }
    }
}
