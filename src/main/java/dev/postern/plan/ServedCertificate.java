package dev.postern.plan;

/** A certificate with its private key in PEM, which is never printed. */
record ServedCertificate(CertificatePlan plan, String key) {
    @Override
    public String toString() {
        return "ServedCertificate[" + plan.name() + "]";
    }
}
