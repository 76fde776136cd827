package dev.postern.gateway.access;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.ListenerSpec.Access;
import dev.postern.api.MailFlowPolicySpec.Behavior;
import dev.postern.api.MailFlowPolicySpec.TlsMode;
import dev.postern.pki.Fingerprints;
import dev.postern.plan.ListenerPlan.RecipientRule;
import dev.postern.plan.ListenerPlan.SenderGroup;
import dev.postern.plan.PolicyPlan;
import dev.postern.plan.ResourceRef;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Both tables: the first entry that matches decides. */
class AccessTest {
    private static final Map<String, PolicyPlan> POLICIES = Map.of("accept", policy("accept", Behavior.Accept), "reject", policy("reject", Behavior.Reject),
            "continue", policy("continue", Behavior.Continue));

    private static PolicyPlan policy(String name, Behavior behavior) {
        return PolicyPlan.of(new ResourceRef("MailFlowPolicy", "mail", name, "uid", 1), behavior, PolicyPlan.Tls.of(TlsMode.Off), PolicyPlan.Limits.of(1, 1, 1, 1));
    }

    private static HostAccess hosts(Object... nameSendersPolicy) {
        List<SenderGroup> groups = new ArrayList<>();
        for (int i = 0; i < nameSendersPolicy.length; i += 3) {
            groups.add(new SenderGroup((String) nameSendersPolicy[i], List.of(((String) nameSendersPolicy[i + 1]).split(" ")),
                    (String) nameSendersPolicy[i + 2]));
        }
        return new HostAccess(groups, POLICIES);
    }

    @ParameterizedTest
    @CsvSource(nullValues = "-", value = {
        "10.1.2.3,-,one", "10.1.9.9,-,partial", "10.2.0.5,-,range", "10.2.0.9,-,rest", "2001:db8::7,-,v6", "2001:db9::7,-,rest",
        "192.0.2.1,mx.partner.test,names", "192.0.2.1,partner.test,rest", "192.0.2.1,host.test,names", "192.0.2.1,-,rest",
        "::ffff:10.1.2.3,-,one"})
    void theFirstEntryThatMatchesDecides(String address, String name, String group) throws Exception {
        HostAccess access = hosts("off", "10.1.2.3", "continue", "one", "10.1.2.3", "accept", "partial", "10.1.", "accept", "range", "10.2.0.5-8", "reject",
                "v6", "2001:db8::/32", "accept", "names", ".partner.test host.test", "accept", "rest", "ALL", "reject");
        assertThat(access.needsHostName()).isTrue();
        assertThat(access.find(InetAddress.getByName(address), name)).map(HostAccess.Match::senderGroup).contains(group);
    }

    @Test
    void theMatchNamesItsEntryAndPolicy() throws Exception {
        var match = hosts("one", "10.9.9.9 10.1.0.0/16", "accept").find(InetAddress.getByName("10.1.2.3"), null).orElseThrow();
        assertThat(match.pattern()).isEqualTo("10.1.0.0/16");
        assertThat(match.policy()).isEqualTo(POLICIES.get("accept"));
    }

    @Test
    void nobodyMatchesWhereNoEntryDoes() throws Exception {
        HostAccess access = hosts("one", "10.1.2.3", "accept", "two", "10.1.2.4", "continue");
        assertThat(access.needsHostName()).isFalse();
        assertThat(access.find(InetAddress.getByName("10.1.2.4"), null)).isEmpty();
        assertThat(access.find(InetAddress.getByName("10.1.2.5"), null)).isEmpty();
    }

    @Test
    void namesInAnEntryThatIsPassedOverAreNotLookedUp() {
        assertThat(hosts("one", ".partner.test", "continue", "two", "ALL", "accept").needsHostName()).isFalse();
    }

    @ParameterizedTest
    @CsvSource(nullValues = "-", value = {"-,-,rest", "relay.partner.test,-,relay", "a.b.partner.test,-,domain", "partner.test,-,rest", "xpartner.test,-,rest",
        "other.test relay.partner.test,-,relay", "a.partner.test,AAA=,domain", "-,AAA=,rest", "-,RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o=,key",
        "late.test,-,rest", "a.partner.test,RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o=,domain"})
    void theFirstEntryThatMatchesDecidesForCertificatesToo(String names, String pin, String group) throws Exception {
        HostAccess access = hosts("relay", "cert:Relay.partner.test", "accept", "off", "cert:.partner.test", "continue", "domain", "cert:.partner.test", "reject",
                "key", "spki:RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o=", "accept", "rest", "ALL", "accept", "late", "cert:late.test", "reject");
        assertThat(access.needsHostName()).isFalse();
        var proof = new ClientProof(names == null ? Set.of() : Set.of(names.split(" ")), pin);
        assertThat(access.find(InetAddress.getByName("10.1.2.3"), null, proof, Set.of())).map(HostAccess.Match::senderGroup).contains(group);
        assertThat(access.find(InetAddress.getByName("10.1.2.3"), "relay.partner.test")).as("a host name proves nothing").map(HostAccess.Match::senderGroup).contains("rest");
    }

    @Test
    void eachOfManyEntriesByCertificateIsFoundInItsPlace() throws Exception {
        List<SenderGroup> groups = new ArrayList<>();
        for (int i = 0; i < 5_000; i++) {
            groups.add(new SenderGroup("name" + i, List.of("cert:h" + i + ".partner.test"), "accept"));
            groups.add(new SenderGroup("key" + i, List.of("spki:" + pin(i)), "accept"));
        }
        groups.add(new SenderGroup("rest", List.of("ALL"), "accept"));
        HostAccess access = new HostAccess(groups, POLICIES);
        InetAddress address = InetAddress.getByName("10.1.2.3");
        for (int i = 0; i < 5_000; i += 7) {
            assertThat(access.find(address, null, new ClientProof(Set.of("h" + i + ".partner.test", "x.test"), null), Set.of())).map(HostAccess.Match::senderGroup).contains("name" + i);
            assertThat(access.find(address, null, new ClientProof(Set.of(), pin(i)), Set.of())).map(HostAccess.Match::senderGroup).contains("key" + i);
            assertThat(access.find(address, null, new ClientProof(Set.of("h" + i + ".partner.test"), pin(0)), Set.of())).map(HostAccess.Match::senderGroup).contains(i == 0 ? "name0" : "key0");
        }
    }

    @ParameterizedTest
    @CsvSource(nullValues = "-", value = {"10.1.2.3,-,-,one,-", "192.0.2.1,-,-,rest,block.test grey.test", "192.0.2.1,-,block.test,blocked,block.test grey.test",
        "192.0.2.1,-,grey.test,grey,block.test grey.test", "192.0.2.1,-,grey.test block.test,blocked,block.test grey.test", "192.0.2.1,mx.partner.test,grey.test,partner,block.test",
        "192.0.2.1,mx.partner.test,block.test,blocked,block.test", "192.0.2.1,-,late.test,rest,block.test grey.test", "192.0.2.1,-,off.test,rest,block.test grey.test"})
    void aDnsListDecidesInItsPlaceAndIsAskedOnlyWhereItStillCan(String address, String name, String listing, String group, String asked) throws Exception {
        HostAccess access = hosts("one", "10.1.2.3", "accept", "off", "dnslist[off.test]", "continue", "blocked", "dnslist[block.test]", "reject", "partner", ".partner.test", "accept",
                "grey", "dnslist[Grey.test] dnslist[block.test]", "accept", "rest", "ALL", "accept", "late", "dnslist[late.test]", "reject");
        assertThat(access.needsLists()).isTrue();
        assertThat(access.lists(InetAddress.getByName(address), name)).isEqualTo(asked == null ? List.of() : List.of(asked.split(" ")));
        var zones = listing == null ? Set.<String>of() : Set.of(listing.split(" "));
        assertThat(access.find(InetAddress.getByName(address), name, ClientProof.NONE, zones)).map(HostAccess.Match::senderGroup).contains(group);
    }

    @Test
    void listsOfEntriesThatArePassedOverAreNotAsked() {
        assertThat(hosts("one", "dnslist[block.test]", "continue", "two", "ALL", "accept").needsLists()).isFalse();
    }

    private static String pin(int i) {
        return Base64.getEncoder().encodeToString(HexFormat.of().parseHex(Fingerprints.sha256("key " + i)));
    }

    private static final RecipientAccess RECIPIENTS = new RecipientAccess(List.of(
            new RecipientRule(List.of("spam@Example.com", "abuse@"), Access.Reject),
            new RecipientRule(List.of("example.com", ".sub.test"), Access.Accept),
            new RecipientRule(List.of("example.com", "late.example.com"), Access.Reject),
            new RecipientRule(List.of("late.example.com", "user@other.test"), Access.Accept)));

    @ParameterizedTest
    @CsvSource({"a@example.com,true", "A@EXAMPLE.COM,true", "Spam@example.COM,false", "abuse@example.com,false", "abuse@a.sub.test,false",
        "a@a.sub.test,true", "a@b.a.sub.test,true", "a@sub.test,false", "a@xsub.test,false", "a@late.example.com,false", "a@x.example.com,false",
        "user@other.test,true", "other@other.test,false", "\"a@example.com\"@evil.test,false", "\"a@b\"@example.com,false"})
    void recipientsAreAcceptedByTheFirstEntryOnly(String address, boolean accepted) {
        assertThat(RECIPIENTS.accepts(address)).isEqualTo(accepted);
    }

    @Test
    void allIsEveryoneAndNothingIsNobody() {
        assertThat(new RecipientAccess(List.of(new RecipientRule(List.of("ALL"), Access.Accept))).accepts("a@b.c")).isTrue();
        assertThat(new RecipientAccess(List.of()).accepts("a@b.c")).isFalse();
    }

    @Test
    void theFirstOfTwoEntriesOfDifferentKindsDecides() {
        var allFirst = new RecipientAccess(List.of(new RecipientRule(List.of("ALL"), Access.Reject), new RecipientRule(List.of("b.c"), Access.Accept)));
        assertThat(allFirst.accepts("a@b.c")).isFalse();
        var suffixFirst = new RecipientAccess(List.of(new RecipientRule(List.of(".c"), Access.Reject), new RecipientRule(List.of("a@b.c"), Access.Accept)));
        assertThat(suffixFirst.accepts("a@b.c")).isFalse();
    }
}
