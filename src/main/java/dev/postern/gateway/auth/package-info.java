/**
 * Who logs in (SMTP AUTH, RFC 4954): users and their verifiers, the SASL mechanisms as exchanges of octets, and how much work and how many guesses
 * clients get. Knows nothing of SMTP.
 */
package dev.postern.gateway.auth;

