package dev.postern.cli.cert.look;

/** How TLS begins. */
public enum Starttls {
    /** By the port; on one that says nothing, by whether the server greets. */
    auto,
    /** After the SMTP command STARTTLS (RFC 3207). */
    smtp,
    /** With the first byte. */
    none
}
