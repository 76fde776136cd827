package dev.postern;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.File;
import java.net.InetAddress;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Dependencies point one way. */
class ArchitectureTest {
    private static final JavaClasses CLASSES = new ClassFileImporter().withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS).importPackages("dev.postern");

    /** What each part may use of the others, beside itself; {@code ..} means with what is below. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "api..              | ",
        "pki..              | api..",
        "sasl..             | ",
        "dns..              | pki..",
        "plan..             | api.. pki.. sasl..",
        "manifest..         | api.. pki.. plan..",
        "operator..         | api.. pki.. plan.. dns..",
        "gateway..          | api.. pki.. sasl.. plan.. dns.. gateway..",
        "gateway.report..   | api.. pki.. plan..",
        "gateway.spool..    | api.. pki.. plan.. gateway.disk.. gateway.tls..",
        "gateway.access..   | api.. pki.. plan.. dns.. gateway.report..",
        "gateway.auth..     | api.. pki.. sasl.. plan..",
        "gateway.proxy..    | ",
        "gateway.disk..     | ",
        "gateway.mtasts..   | api.. pki.. plan.. dns.. gateway.disk.. gateway.tls.. gateway.report..",
        "gateway.tls..      | api.. pki.. plan.. dns..",
        "gateway.config..   | api.. pki.. plan.. gateway.access.. gateway.auth.. gateway.tls.. gateway.report..",
        "gateway.smtp.text.. | ",
        "gateway.smtp.client.. | api.. pki.. plan.. gateway.tls.. gateway.smtp.text..",
        "gateway.smtp..     | api.. pki.. plan.. gateway.config.. gateway.access.. gateway.auth.. gateway.proxy.. gateway.tls.. gateway.spool.. gateway.report.. dns..",
        "gateway.tlsrpt..   | api.. pki.. plan.. gateway.config.. dns.. gateway.disk.. gateway.spool.. gateway.report.. gateway.tls..",
        "gateway.delivery.. | api.. pki.. plan.. gateway.config.. gateway.smtp.client.. gateway.tls.. dns.. gateway.disk.. gateway.spool.. gateway.report.. gateway.mtasts..",
        "gateway.admin..    | api.. pki.. plan.. gateway.delivery.. gateway.report.. gateway.spool.. gateway.tls..",
        "gateway.alert..    | api.. pki.. plan.. gateway.delivery.. gateway.report..",
    })
    void usesOnly(String part, String others) {
        List<String> allowed = new ArrayList<>(List.of("dev.postern." + part));
        if (others != null) {
            List.of(others.split(" ")).forEach(other -> allowed.add("dev.postern." + other));
        }
        classes().that().resideInAPackage("dev.postern." + part)
                .should().onlyDependOnClassesThat(resideOutsideOfPackage("dev.postern..").or(resideInAnyPackage(allowed.toArray(String[]::new))))
                .allowEmptyShould(true).check(CLASSES);
    }

    @Test
    void theTopLevelPartsAreFreeOfCycles() {
        slices().matching("dev.postern.(*)..").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void onlyTheGatewayAndTheRolesThatStartItKnowNetty() {
        noClasses().that().resideInAnyPackage("dev.postern.api..", "dev.postern.pki..", "dev.postern.sasl..", "dev.postern.dns..", "dev.postern.plan..", "dev.postern.manifest..", "dev.postern.operator..")
                .should().dependOnClassesThat().resideInAPackage("io.netty..").check(CLASSES);
    }

    @Test
    void inTheGatewayOnlyConfigAndReportKnowKubernetes() {
        noClasses().that(resideInAPackage("dev.postern.gateway..").and(not(resideInAnyPackage("dev.postern.gateway.config..", "dev.postern.gateway.report.."))))
                .should().dependOnClassesThat().resideInAPackage("io.fabric8..").check(CLASSES);
    }

    @Test
    void planAndPkiArePure() {
        noClasses().that().resideInAnyPackage("dev.postern.plan..", "dev.postern.pki..", "dev.postern.sasl..")
                .should().dependOnClassesThat().resideInAnyPackage("io.fabric8.kubernetes.client..", "java.nio.file..", "java.net.http..", "java.util.concurrent..")
                .orShould().dependOnClassesThat().belongToAnyOf(File.class, Clock.class)
                .orShould().callMethod(Instant.class, "now")
                .orShould().callMethod(System.class, "currentTimeMillis")
                .orShould().callMethod(InetAddress.class, "getByName", String.class)
                .orShould().callMethod(InetAddress.class, "getAllByName", String.class).check(CLASSES);
    }

    @Test
    void everyClassIsLookedAt() {
        assertThat(CLASSES.contain("dev.postern.plan.PlanCompiler")).isTrue();
        assertThat(CLASSES.contain("dev.postern.plan.PlanGoldenTest")).isFalse();
    }
}
