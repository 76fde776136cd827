package dev.postern.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.crdv2.generator.CRDGenerator;
import io.fabric8.crdv2.generator.CRDPostProcessor;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceColumnDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinitionVersion;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Makes the CRDs from the Java types. What Fabric8's generator has no annotation for is added here, by rule and not by kind. */
final class CrdFiles {
    static final List<Class<? extends CustomResource<?, ?>>> KINDS =
            List.of(MailGateway.class, Listener.class, MailFlowPolicy.class, DestinationControl.class, Certificate.class);
    private static final String HEADER = "# Generated from src/main/java/dev/postern/api: mvn test -Dtest=CrdsTest -Dpostern.update=true\n";

    private static final YAMLMapper YAML = YAMLMapper.builder()
            .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES, YAMLGenerator.Feature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS)
            .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER, YAMLGenerator.Feature.SPLIT_LINES)
            .build();

    private CrdFiles() {
    }

    /** CRDs by the name of their file. */
    static Map<String, CustomResourceDefinition> generate() {
        Map<String, CustomResourceDefinition> crds = new TreeMap<>();
        int made = new CRDGenerator()
                .customResourceClasses(KINDS.stream().<Class<? extends HasMetadata>>map(kind -> kind).toList())
                .forCRDVersions("v1")
                .withParallelGenerationEnabled(false)
                .withPostProcessor(new CRDPostProcessor() {
                    @Override
                    public HasMetadata process(HasMetadata crd, String version) {
                        CustomResourceDefinition complete = complete((CustomResourceDefinition) crd);
                        crds.put(complete.getMetadata().getName() + ".yaml", complete);
                        return complete;
                    }
                })
                .withOutput(new Nowhere())
                .generate();
        if (made != KINDS.size() || crds.size() != KINDS.size()) {
            throw new IllegalStateException("CRDs for " + crds.keySet() + " of " + KINDS);
        }
        return crds;
    }

    /** The text of a CRD's file. */
    static String yaml(CustomResourceDefinition crd) {
        try {
            return HEADER + YAML.writeValueAsString(wholeNumbers(new KubernetesSerialization().convertValue(crd, JsonNode.class)));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Bounds are doubles in the model; 10000000 reads better than 1.0E7. */
    private static JsonNode wholeNumbers(JsonNode node) {
        if (node instanceof ObjectNode object) {
            object.properties().forEach(property -> property.setValue(wholeNumbers(property.getValue())));
        } else if (node instanceof ArrayNode array) {
            for (int i = 0; i < array.size(); i++) {
                array.set(i, wholeNumbers(array.get(i)));
            }
        } else if (node.isDouble() && node.doubleValue() == Math.rint(node.doubleValue())) {
            return JsonNodeFactory.instance.numberNode(node.longValue());
        }
        return node;
    }

    private static CustomResourceDefinition complete(CustomResourceDefinition crd) {
        Class<?> kind = KINDS.stream().filter(k -> k.getSimpleName().equals(crd.getSpec().getNames().getKind())).findFirst().orElseThrow();
        for (CustomResourceDefinitionVersion version : crd.getSpec().getVersions()) {
            JSONSchemaProps root = version.getSchema().getOpenAPIV3Schema();
            root.setRequired(List.of("spec"));
            conditions(root.getProperties().get("status").getProperties().get("conditions"));
            JSONSchemaProps pod = root.getProperties().get("spec").getProperties().get("pod");
            if (pod != null) {
                podTemplate(pod, root.getProperties().get("spec").getProperties().get("resources"));
            }
            quantities(root);
            defaults(root.getProperties().get("spec"));
            // The generator sorts columns by path; people want the order in which they were declared.
            List<String> order = Arrays.stream(kind.getAnnotationsByType(AdditionalPrinterColumn.class)).map(AdditionalPrinterColumn::name).toList();
            List<CustomResourceColumnDefinition> columns = version.getAdditionalPrinterColumns();
            columns.sort((a, b) -> order.indexOf(a.getName()) - order.indexOf(b.getName()));
        }
        return crd;
    }

    /** As metav1.Condition has it, so that appliers merge conditions by type. */
    private static void conditions(JSONSchemaProps conditions) {
        conditions.setXKubernetesListType("map");
        conditions.setXKubernetesListMapKeys(List.of("type"));
        JSONSchemaProps condition = conditions.getItems().getSchema();
        condition.setRequired(List.of("lastTransitionTime", "message", "reason", "status", "type"));
        Map<String, JSONSchemaProps> fields = condition.getProperties();
        describe(fields, "type", "Type of the condition, in CamelCase.").setMaxLength(316L);
        describe(fields, "status", "Whether it holds.")
                .setEnum(List.of(text("True"), text("False"), text("Unknown")));
        JSONSchemaProps reason = describe(fields, "reason", "Why, in CamelCase.");
        reason.setMinLength(1L);
        reason.setMaxLength(1024L);
        reason.setPattern("^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$");
        describe(fields, "message", "Why, for people.").setMaxLength(32768L);
        describe(fields, "lastTransitionTime", "When the status last changed.").setFormat("date-time");
        describe(fields, "observedGeneration", "The metadata.generation that this condition speaks of.").setMinimum(0.0);
    }

    /** What Kubernetes requires of these types, so that a mistake shows here and not when the StatefulSet is written. */
    private static void podTemplate(JSONSchemaProps pod, JSONSchemaProps resources) {
        JSONSchemaProps constraint = items(pod, "topologySpreadConstraints");
        constraint.setRequired(List.of("maxSkew", "topologyKey", "whenUnsatisfiable"));
        constraint.getProperties().get("maxSkew").setMinimum(1.0);
        constraint.getProperties().get("whenUnsatisfiable").setEnum(List.of(text("DoNotSchedule"), text("ScheduleAnyway")));
        items(constraint.getProperties().get("labelSelector"), "matchExpressions").setRequired(List.of("key", "operator"));
        items(pod, "imagePullSecrets").setRequired(List.of("name"));
        JSONSchemaProps toleration = items(pod, "tolerations");
        toleration.getProperties().get("operator").setEnum(List.of(text("Equal"), text("Exists")));
        toleration.getProperties().get("effect").setEnum(List.of(text("NoExecute"), text("NoSchedule"), text("PreferNoSchedule")));
        // Claims name resourceClaims of the pod, and the pod has none.
        resources.getProperties().remove("claims");
    }

    private static JSONSchemaProps items(JSONSchemaProps schema, String property) {
        return schema.getProperties().get(property).getItems().getSchema();
    }

    private static JSONSchemaProps describe(Map<String, JSONSchemaProps> fields, String name, String description) {
        JSONSchemaProps field = fields.get(name);
        field.setDescription(description);
        return field;
    }

    private static JsonNode text(String value) {
        return JsonNodeFactory.instance.textNode(value);
    }

    /** Every int-or-string of these kinds is a quantity that cannot be negative. */
    private static void quantities(JSONSchemaProps schema) {
        if (Boolean.TRUE.equals(schema.getXKubernetesIntOrString())) {
            schema.setPattern(Api.QUANTITY);
            schema.setMaxLength((long) Api.QUANTITY_LENGTH);
            schema.setMinimum(0.0);
        }
        children(schema).forEach(CrdFiles::quantities);
    }

    /**
     * Gives {@code {}} as default to objects that need nothing and have defaults in them: the API server fills in defaults
     * only of objects that are there. So the printer columns show them, and rules need not ask whether they are there.
     *
     * @return whether the schema has a default in it
     */
    private static boolean defaults(JSONSchemaProps schema) {
        boolean any = schema.getDefault() != null;
        for (JSONSchemaProps property : schema.getProperties() == null ? List.<JSONSchemaProps>of() : schema.getProperties().values()) {
            boolean inner = defaults(property);
            if (inner && property.getDefault() == null && property.getProperties() != null && !property.getProperties().isEmpty()
                    && (property.getRequired() == null || property.getRequired().isEmpty())) {
                property.setDefault(JsonNodeFactory.instance.objectNode());
                any = true;
            }
            any |= property.getDefault() != null;
        }
        if (schema.getItems() != null) {
            defaults(schema.getItems().getSchema());
        }
        return any;
    }

    private static List<JSONSchemaProps> children(JSONSchemaProps schema) {
        if (schema.getItems() != null) {
            return List.of(schema.getItems().getSchema());
        }
        if (schema.getAdditionalProperties() != null) {
            return List.of(schema.getAdditionalProperties().getSchema());
        }
        return schema.getProperties() == null ? List.of() : List.copyOf(schema.getProperties().values());
    }

    /** The generator insists on writing somewhere; what it writes is not what we check in. */
    private static final class Nowhere implements CRDGenerator.CRDOutput<OutputStream> {
        @Override
        public OutputStream outputFor(String name) {
            return new ByteArrayOutputStream();
        }

        @Override
        public URI crdURI(String name) {
            return Path.of(name).toUri();
        }

        @Override
        public void close() {
            // nothing is open
        }
    }
}
