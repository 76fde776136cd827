/**
 * {@code postern cert}: looks at Certificates, makes them, gets them signed, brings them in and out, and examines certificates
 * that others keep. One class a command; where Certificates are kept is the business of {@code store}.
 */
package dev.postern.cli.cert;

