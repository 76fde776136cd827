package dev.postern.cli;

import dev.postern.cli.role.QuarkusRole;
import dev.postern.cli.role.Role;
import dev.postern.operator.OperatorHealth;
import io.javaoperatorsdk.operator.Operator;
import io.javaoperatorsdk.operator.OperatorException;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** The operator. */
@Command(name = "operator", mixinStandardHelpOptions = true, footerHeading = "%nEnvironment:%n", footer = {
    "  POSTERN_WATCH_NAMESPACES    namespaces to watch, with commas between them; all where it is empty",
    "  POSTERN_OPERATOR_NAMESPACE  namespace of the leader's lease; that of the client's configuration where it is empty",
    "  POSTERN_IMAGE               image of gateways whose MailGateway names none"},
    description = "Turns the resources of a cluster into gateways. Of several, one works and the others wait for its lease.")
final class OperatorCommand implements Callable<Integer> {
    @Mixin
    HttpOptions http;

    @Override
    public Integer call() {
        return QuarkusRole.run(OperatorCommand::start, http.host, http.port);
    }

    private static Role.Running start(Role.Runtime runtime) {
        Operator operator = runtime.operator().get();
        try {
            operator.start();
        } catch (OperatorException e) {
            throw new Role.StartException("the operator cannot start: " + reason(e), e);
        }
        return new Role.Running() {
            @Override
            public Optional<String> notReady() {
                return OperatorHealth.notReady(operator);
            }

            @Override
            public void close() {
                operator.stop();
            }
        };
    }

    /** The SDK's own message says little; what is wrong is in the last cause. */
    private static String reason(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause.getMessage() == null ? cause.toString() : cause.getMessage();
    }
}
