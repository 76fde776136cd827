/**
 * Keys, certificates, chains and names, as pure functions over BouncyCastle and the JDK. No message of this package contains
 * key material.
 */
package dev.postern.pki;
