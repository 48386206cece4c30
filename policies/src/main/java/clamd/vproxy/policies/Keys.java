package clamd.vproxy.policies;

import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The keys that each kind of object may have; the schema names the same ones. */
final class Keys {
    static final String COMMENT = "comment";
    static final String SCHEMA = "$schema";
    static final String VERSION = "version";
    static final String DEFAULTS = "defaults";
    static final String CLASSES = "classes";
    static final String RULES = "rules";
    static final String UNMATCHED = "unmatched";
    static final String MATCH = "match";
    static final String CLASS = "class";
    static final String DENY = "deny";
    static final String DRY_RUN = "dryRun";
    static final String NAME = "name";
    static final String UUID = "uuid";
    static final String CID = "cid";
    static final String METADATA_CLASS = "metadataClass";
    static final String TENANT = "tenant";
    static final String TENANTS = "tenants";
    static final String TENANT_DEFAULTS = "tenantDefaults";
    static final String TENANT_FROM = "tenantFrom";

    private static final List<String> OF_LIMITS =
            Arrays.stream(Limit.values()).map(Limit::key).toList();

    /** The keys of the file's outermost object. */
    static final Set<String> TOP =
            of(
                    List.of(
                            SCHEMA,
                            VERSION,
                            DEFAULTS,
                            CLASSES,
                            RULES,
                            UNMATCHED,
                            TENANTS,
                            TENANT_DEFAULTS,
                            TENANT_FROM,
                            COMMENT));

    /** The keys of {@code defaults}. */
    static final Set<String> LIMITS = of(OF_LIMITS, COMMENT);

    /** The keys of each class. */
    static final Set<String> IN_CLASS = of(OF_LIMITS, TENANT, COMMENT);

    /** The keys of a rule. */
    static final Set<String> RULE = of(OF_LIMITS, MATCH, CLASS, TENANT, DENY, DRY_RUN, COMMENT);

    /** The keys of {@code tenantDefaults} and of each tenant. */
    static final Set<String> TENANT_LIMITS =
            of(
                    Arrays.stream(Limit.values())
                            .filter(Limit::isForTenants)
                            .map(Limit::key)
                            .toList(),
                    DRY_RUN,
                    COMMENT);

    /** The keys of a rule's {@code match}. */
    static final Set<String> IN_MATCH = of(List.of(NAME, UUID, CID, METADATA_CLASS, COMMENT));

    private Keys() {}

    private static Set<String> of(List<String> some, String... more) {
        Set<String> keys = new LinkedHashSet<>(some);
        keys.addAll(List.of(more));
        return Collections.unmodifiableSet(keys);
    }
}
