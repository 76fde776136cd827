package dev.postern.operator;

/** Resources that the operator's tests begin with. */
final class Samples {
    static final String GATEWAY = """
            apiVersion: postern.dev/v1alpha1
            kind: MailGateway
            metadata: {name: edge}
            spec: {hostname: mail.example.com, replicas: 2}
            """;
    static final String POLICY = """
            apiVersion: postern.dev/v1alpha1
            kind: MailFlowPolicy
            metadata: {name: accepted}
            spec: {gatewayRef: {name: edge}, behavior: Accept, tls: {mode: Preferred}}
            """;
    static final String CERTIFICATE = """
            apiVersion: postern.dev/v1alpha1
            kind: Certificate
            metadata: {name: mail}
            spec: {gatewayRef: {name: edge}, source: {selfSigned: {}}, dnsNames: [mail.example.com], duration: 90d}
            """;
    static final String LISTENER = """
            apiVersion: postern.dev/v1alpha1
            kind: Listener
            metadata: {name: public}
            spec:
              gatewayRef: {name: edge}
              type: Public
              port: 25
              certificateRefs: [{name: mail}]
              hostAccess: [{senderGroup: everyone, senders: [ALL], policyRef: {name: accepted}}]
              recipientAccess: [{recipients: [example.com]}]
            """;
    static final String DESTINATION = destination("partner", "partner.test", "Required");
    static final String ALL = String.join("---\n", GATEWAY, POLICY, CERTIFICATE, LISTENER, DESTINATION);

    private Samples() {
    }

    static String destination(String name, String domain, String mode) {
        return """
                apiVersion: postern.dev/v1alpha1
                kind: DestinationControl
                metadata: {name: %s}
                spec: {gatewayRef: {name: edge}, destinations: ["%s"], tls: {mode: %s}}
                """.formatted(name, domain, mode);
    }
}
