package dev.postern.gateway.mtasts;

/**
 * What is known of a domain's policy.
 *
 * @param policy  null where there is none to go by
 * @param failure null, or why there is none or no newer one
 * @param detail  of the failure, for a person
 */
public record StsAnswer(StsPolicy policy, Failure failure, String detail) {
    /** The domain publishes none. */
    public static final StsAnswer ABSENT = new StsAnswer(null, null, null);

    /** What went wrong with a policy that is announced, as RFC 8460 section 4.3 counts it. */
    public enum Failure {
        /** It could not be fetched. */
        FETCH("sts-policy-fetch-error"),
        /** The web server's certificate is not good. */
        WEBPKI("sts-webpki-invalid"),
        /** It could not be read. */
        INVALID("sts-policy-invalid");

        private final String resultType;

        Failure(String resultType) {
            this.resultType = resultType;
        }

        /** The result type of RFC 8460. */
        public String resultType() {
            return resultType;
        }
    }
}
