/** MTA-STS (RFC 8461): what a domain says of its MX hosts, fetched over HTTPS and kept on disk for as long as it says. */
package dev.postern.gateway.mtasts;

