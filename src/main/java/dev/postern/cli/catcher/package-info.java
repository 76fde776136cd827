/**
 * A mail server to try deliveries on: it takes everything and keeps it. Written with plain blocking sockets, apart from the gateway's own
 * engine, so that it is a peer and not a mirror. For one machine's loopback only; never for real mail.
 */
package dev.postern.cli.catcher;

