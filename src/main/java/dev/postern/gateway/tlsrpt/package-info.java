/**
 * SMTP TLS reporting (RFC 8460): what every outbound connection came to is counted by UTC day, recipient domain and policy; the day after, each
 * domain that asks for it gets a report. Nothing here ever delays mail, and every bound holds whatever servers do.
 */
package dev.postern.gateway.tlsrpt;
