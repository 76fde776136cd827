/** Keys, certificates, chains and names, as pure functions over BouncyCastle and the JDK. Private keys are never printed. */
package dev.postern.pki;
