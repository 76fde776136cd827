package dev.postern.api;

import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Categories;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;

/** A set of gateway pods that serve one plan; what an appliance, or a cluster of appliances, was. */
@Group(Api.GROUP)
@Version(Api.VERSION)
@ShortNames("mgw")
@Categories(Api.CATEGORY)
@ValidationRule(value = "self.metadata.name.size() <= 50 && self.metadata.name.matches('" + Api.DNS_LABEL + "')", message = Rules.GATEWAY_NAME)
@AdditionalPrinterColumn(name = "Hostname", jsonPath = ".spec.hostname", type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(name = "Ready", jsonPath = ".status.conditions[?(@.type==\"Ready\")].status", type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(name = "Serving", jsonPath = ".status.serving", type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(name = "Revision", jsonPath = ".status.revision", type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(name = "Age", jsonPath = ".metadata.creationTimestamp", type = AdditionalPrinterColumn.Type.DATE)
public class MailGateway extends CustomResource<MailGatewaySpec, MailGatewayStatus> implements Namespaced {
}
