package dev.postern.operator.status;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Conditions as they were and as they are, and what of that is told: W and N for warnings and others, with the reason. */
class TransitionsTest {

    @ParameterizedTest(name = "{0} → {1}")
    @CsvSource(delimiter = '|', nullValues = "-", value = {
        // What is present only where something is wrong.
        "-                                      | Expiring=True:ExpiresWithin30Days                      | W ExpiresWithin30Days",
        "Expiring=True:ExpiresWithin30Days      | Expiring=True:ExpiresWithin30Days                      | -",
        "Expiring=True:ExpiresWithin30Days      | Expiring=True:ExpiresWithin14Days                      | W ExpiresWithin14Days",
        "Expiring=True:ExpiresWithin1Day        | Expired=True:Expired Ready=False:Expired                | W Expired",
        "Expired=True:Expired Ready=False:Expired | Ready=True:Ready                                      | N Ready",
        "-                                      | ChainDuplicates=True:ChainDuplicates ChainUnrelated=True:ChainUnrelated | W ChainUnrelated, W ChainDuplicates",
        "ChainDuplicates=True:ChainDuplicates   | ChainDuplicates=True:ChainDuplicates                    | -",
        "ChainDuplicates=True:ChainDuplicates   | -                                                       | -",
        // Verifiable and Exported: false, and mended after that.
        "-                                      | Verifiable=False:Demo                                   | W Demo",
        "Verifiable=False:Demo                  | Verifiable=False:Demo                                   | -",
        "Verifiable=False:MxDiffers             | Verifiable=False:UnknownIssuer                          | W UnknownIssuer",
        "Verifiable=Unknown:LookupPending       | Verifiable=False:MxDiffers                              | W MxDiffers",
        "Verifiable=True:Verifiable             | Verifiable=Unknown:LookupFailed                         | -",
        "Verifiable=Unknown:LookupFailed        | Verifiable=True:Verifiable                              | -",
        "-                                      | Verifiable=True:Verifiable                              | -",
        "Verifiable=False:MxDiffers             | Verifiable=True:Verifiable                              | N Verifiable",
        "Exported=True:Exported                 | Exported=False:SecretNotFound                           | W SecretNotFound",
        "Exported=False:SecretNotFound          | Exported=True:Exported                                  | N Exported",
        // Requests.
        "-                                      | Issuing=True:AwaitingSignature                          | N AwaitingSignature",
        "Issuing=True:AwaitingSignature         | Issuing=True:AwaitingSignature                          | -",
        "Issuing=True:AwaitingSignature         | Issuing=False:AnswerRefused                             | W AnswerRefused",
        "Issuing=True:AwaitingSignature         | Issuing=True:AnswerRefused                              | W AnswerRefused",
        "Issuing=False:AnswerRefused            | Issuing=False:AnswerRefused                             | -",
        "Issuing=False:AnswerRefused            | Issuing=True:AwaitingSignature                          | N AwaitingSignature",
        "-                                      | Issuing=True:Pending                                    | -",
        "Issuing=True:Pending                   | Issuing=False:Denied                                    | W Denied",
        // Work under way is no news, but what is wrong with the certificate itself is.
        "Ready=True:Ready                       | Ready=False:PodsNotReady Reconciling=True:PodsNotReady  | -",
        "Ready=False:PodsNotReady Reconciling=True:PodsNotReady | Ready=True:Ready                        | N Ready",
        "-                                      | Ready=Unknown:Pending Reconciling=True:Pending Expiring=True:ExpiresWithin7Days | W ExpiresWithin7Days",
        // As for every kind: each reason once.
        "Ready=True:Ready Accepted=True:Accepted | Ready=False:InvalidValue Accepted=False:InvalidValue Stalled=True:InvalidValue | W InvalidValue",
        "Ready=False:InvalidValue Accepted=False:InvalidValue | Ready=True:Ready Accepted=True:Accepted | N Accepted, N Ready",
        "-                                      | Ready=False:Expired Expired=True:Expired Verifiable=False:Expired | W Expired",
    })
    void eachChangeIsToldOnce(String before, String after, String told) {
        List<Condition> then = conditions(before);
        List<Condition> now = conditions(after);
        assertThat(tell(Transitions.of(false, then, now))).isEqualTo(told == null ? List.of() : List.of(told.split(", ")));
        assertThat(Transitions.of(false, now, now)).as("looked at again").isEmpty();
    }

    @Test
    void aGatewayThatWasReadyTellsThatItIsNot() {
        List<Condition> ready = conditions("Ready=True:Ready");
        List<Condition> waiting = conditions("Ready=False:PodsNotReady Reconciling=True:PodsNotReady");
        assertThat(tell(Transitions.of(true, ready, waiting))).containsExactly("W PodsNotReady");
        assertThat(Transitions.of(true, waiting, waiting)).isEmpty();
    }

    @Test
    void anotherAnswerThatIsRefusedIsNewsToo() {
        Condition first = condition("Issuing=False:AnswerRefused");
        Condition second = new ConditionBuilder(first).withMessage("for something else").build();
        assertThat(tell(Transitions.of(false, List.of(first), List.of(second)))).containsExactly("W AnswerRefused");
    }

    private static List<String> tell(List<Transitions.News> news) {
        return news.stream().map(n -> (n.warning() ? "W " : "N ") + n.condition().getReason()).toList();
    }

    private static List<Condition> conditions(String text) {
        return text == null ? List.of() : Stream.of(text.split(" ")).map(TransitionsTest::condition).toList();
    }

    private static Condition condition(String text) {
        String[] parts = text.split("[=:]");
        return new ConditionBuilder().withType(parts[0]).withStatus(parts[1]).withReason(parts[2]).withMessage("").build();
    }
}
