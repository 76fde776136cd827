/** What a Certificate asks to be brought about: Secrets made, requests put to signers, files taken over and exported. All Kubernetes I/O of Certificates but their status. */
package dev.postern.operator.certificate.keep;
