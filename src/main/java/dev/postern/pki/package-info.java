/**
 * Keys, certificates, chains, names and PKCS#12 files, as pure functions over BouncyCastle and the JDK. No message of this package contains
 * key material or a password.
 */
package dev.postern.pki;
