/** What a Certificate's status says of the certificate itself: pure functions. */
package dev.postern.operator.certificate.status;
