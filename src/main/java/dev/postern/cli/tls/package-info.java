/** {@code postern tls}: looks at the TLS of other mail servers as delivery does. */
package dev.postern.cli.tls;

