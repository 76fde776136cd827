package dev.postern.operator.certificate.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.Listener;
import dev.postern.api.ListenerSpec;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which names a listener brings. */
class ServedNameTest {

    @Test
    void domainsAreThoseThatAreAcceptedByName() {
        Listener listener = listener(ListenerSpec.Type.Public);
        listener.getSpec().recipientAccess = List.of(entry(ListenerSpec.Access.Reject, "gone.test", "spam@A.test"),
                entry(ListenerSpec.Access.Accept, "A.test", "gone.test", ".sub.test", "sales@b.test", "postmaster@", "ALL", "a.test", "bücher.test"));
        assertThat(ServedName.of(listener, "Mail.Example.com", none -> false).domains()).containsExactly("a.test", "b.test", "xn--bcher-kva.test");
    }

    @Test
    void theHostNameIsItsOwnOrTheGateways() {
        Listener listener = listener(ListenerSpec.Type.Private);
        assertThat(ServedName.of(listener, "Mail.Example.com", none -> false).hostname()).isEqualTo("mail.example.com");
        listener.getSpec().hostname = "smtp.example.com";
        assertThat(ServedName.of(listener, "mail.example.com", none -> false).hostname()).isEqualTo("smtp.example.com");
        listener.getSpec().recipientAccess = null;
        assertThat(ServedName.of(listener, "mail.example.com", none -> false).domains()).isEmpty();
    }

    private static Listener listener(ListenerSpec.Type type) {
        var listener = new Listener();
        listener.setMetadata(new ObjectMeta());
        listener.getMetadata().setName("inbound");
        listener.setSpec(new ListenerSpec());
        listener.getSpec().type = type;
        return listener;
    }

    private static ListenerSpec.RecipientAccess entry(ListenerSpec.Access access, String... recipients) {
        var entry = new ListenerSpec.RecipientAccess();
        entry.access = access;
        entry.recipients = List.of(recipients);
        return entry;
    }
}
