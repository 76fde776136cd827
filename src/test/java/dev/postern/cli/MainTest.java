package dev.postern.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MainTest {

    @Test
    void theProgramsOwnPathIsNoArgument() {
        assertThat(Main.arguments("/opt/java/bin/postern", "tls", "verify", "example.com")).containsExactly("tls", "verify", "example.com");
        assertThat(Main.arguments("tls", "verify", "example.com")).containsExactly("tls", "verify", "example.com");
        assertThat(Main.arguments()).isEmpty();
    }
}
