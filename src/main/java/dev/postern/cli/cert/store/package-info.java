/**
 * Where {@code postern cert} finds Certificates, and changes them: in a cluster, or in a folder of manifests with what the
 * standalone gateway keeps beside it. The commands know {@link dev.postern.cli.cert.store.CertificateStore} and nothing else of either.
 */
package dev.postern.cli.cert.store;

