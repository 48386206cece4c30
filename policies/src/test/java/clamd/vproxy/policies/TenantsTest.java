package clamd.vproxy.policies;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import clamd.vproxy.policies.TenantMarks.NovaProject;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TenantsTest {
    private static final String ALL_PLACES =
            """
            'classes': {'gold': {'tenant': 'of-class'}},
            'tenantFrom': ['nova-project', 'name-prefix:-'],
            'rules': [
              {'match': {'name': 'a-*'}, 'class': 'gold', 'tenant': 'of-rule'},
              {'match': {'name': 'b-*'}, 'class': 'gold'}
            ]
            """;

    private static GuestIdentity guest(String name, String ours, String project) {
        return new GuestIdentity(
                Optional.of(name),
                Optional.of(new UUID(0, 7)),
                OptionalLong.empty(),
                Set.of(),
                new TenantMarks(
                        Optional.of(ours).filter(text -> !text.equals("-")),
                        Optional.of(project)
                                .filter(text -> !text.equals("-"))
                                .map(uuid -> new NovaProject(uuid, "Web shop"))));
    }

    private static TenantPolicy tenant(String file, GuestIdentity guest) {
        return PolicyTexts.parse(PolicyTexts.file(file)).resolve(guest).tenant();
    }

    @ParameterizedTest
    @CsvSource({
        "a-1, ours, 6f1c, of-rule, rules[0]@policy.json:5",
        "b-1, ours, 6f1c, of-class, classes.gold@policy.json:2",
        "c-1, ours, 6f1c, ours, metadata",
        "c-1, -, 6f1c, 6f1c, tenantFrom nova-project",
        "c-1, -, -, c, tenantFrom name-prefix:-",
        "c-x-1, -, -, c, tenantFrom name-prefix:-",
    })
    void theFirstSourceThatNamesATenantDecides(
            String name, String ours, String project, String expected, String source) {
        TenantPolicy tenant = tenant(ALL_PLACES, guest(name, ours, project));
        assertThat(tenant.tenant()).isEqualTo(new Tenant.Named(expected));
        assertThat(tenant.source()).isEqualTo(source);
    }

    @ParameterizedTest
    @ValueSource(strings = {"c", "-c", "c1"})
    void aGuestThatNothingAssignsIsATenantOfItsOwn(String name) {
        TenantPolicy tenant = tenant(ALL_PLACES, guest(name, "-", "-"));
        assertThat(tenant.tenant().named()).isEmpty();
        assertThat(tenant.source()).isEqualTo("the guest itself");
        assertThat(tenant.label()).isEqualTo("none");
    }

    @Test
    void aGuestAsItsOwnTenantNeverEqualsANamedTenant() {
        String uuid = new UUID(0, 7).toString();
        Tenant itself = tenant("'rules': []", guest("acme", "-", "-")).tenant();
        Tenant named = tenant("'rules': []", guest("acme", "acme", "-")).tenant();
        Tenant namedLikeItsUuid = tenant("'rules': []", guest("acme", uuid, "-")).tenant();
        assertThat(itself).isNotEqualTo(named).isNotEqualTo(namedLikeItsUuid);
        assertThat(itself).isEqualTo(tenant("'rules': []", guest("renamed", "-", "-")).tenant());
    }

    @Test
    void theProjectsNameIsShownAndTellsNoTenantsApart() {
        TenantPolicy tenant = tenant("'tenantFrom': ['nova-project']", guest("x", "-", "6f1c"));
        assertThat(tenant.label()).isEqualTo("6f1c (Web shop)");
        assertThat(tenant.tenant()).isEqualTo(new Tenant.Named("6f1c"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "none", "other", " a", "a ", "a\"b", "a\nb", "a\u2028b"})
    void aBadNameInMetadataIsPassedOverAndSaid(String bad) {
        TenantPolicy tenant = tenant(ALL_PLACES, guest("c-1", bad, "-"));
        assertThat(tenant.tenant()).isEqualTo(new Tenant.Named("c"));
        assertThat(tenant.passedOver()).singleElement().asString().startsWith("metadata: ");
        assertThat(tenant.passedOver().getFirst()).doesNotContain("\n", "\u2028");
    }

    @Test
    void anOverLongNameIsPassedOver() {
        assertThat(tenant(ALL_PLACES, guest("c", "x".repeat(129), "-")).passedOver())
                .containsExactly(
                        "metadata: the name of the tenant has 129 characters; at most 128 are allowed");
        assertThat(tenant(ALL_PLACES, guest("c", "x".repeat(128), "-")).passedOver()).isEmpty();
    }

    @Test
    void limitsAreTheTenantsOverTheDefaults() {
        String file =
                """
                'tenantDefaults': {'maxConnections': 20, 'maxByteRate': '1MiB'},
                'tenants': {'comment': 'x', 'acme': {'weight': 3, 'maxByteRate': 'no limit'}}
                """;
        TenantLimits acme = tenant(file, guest("x", "acme", "-")).limits();
        assertThat(acme.weight()).isEqualTo(OptionalInt.of(3));
        assertThat(acme.bound(Limit.MAX_CONNECTIONS)).hasValue(20);
        assertThat(acme.bound(Limit.MAX_BYTE_RATE)).isEmpty();
        assertThat(acme.setting(Limit.MAX_BYTE_RATE).orElseThrow().source().label())
                .isEqualTo("tenants.acme@policy.json:3");
        TenantLimits unlisted = tenant(file, guest("x", "-", "-")).limits();
        assertThat(unlisted.bound(Limit.MAX_CONNECTIONS)).hasValue(20);
        assertThat(unlisted.bound(Limit.MAX_BYTE_RATE)).hasValue(1L << 20);
        assertThat(unlisted.weight()).isEmpty();
    }

    @Test
    void aGuestOfItsOwnKeepsItsOwnWeightAndANamedTenantHasOne() {
        String file = "'defaults': {'weight': 5}";
        GuestPolicy own = PolicyTexts.parse(PolicyTexts.file(file)).resolve(guest("x", "-", "-"));
        assertThat(own.tenant().weight(own.limits())).isEqualTo(5);
        GuestPolicy ofAcme =
                PolicyTexts.parse(PolicyTexts.file(file)).resolve(guest("x", "acme", "-"));
        assertThat(ofAcme.tenant().weight(ofAcme.limits())).isEqualTo(1);
    }

    @Test
    void limitsWithADryRunAreTriedAndNotEnforced() {
        PolicySet policies =
                PolicyTexts.parse(
                        PolicyTexts.file(
                                """
                                'tenantDefaults': {'maxConnections': 20},
                                'tenants': {'acme': {'maxConnections': 5, 'dryRun': true}}
                                """));
        GuestPolicy enforced = policies.resolve(guest("x", "acme", "-"));
        assertThat(enforced.tenant().limits().bound(Limit.MAX_CONNECTIONS)).hasValue(20);
        GuestPolicy tried = enforced.dryRun().orElseThrow();
        assertThat(tried.tenant().limits().bound(Limit.MAX_CONNECTIONS)).hasValue(5);
        assertThat(tried.origin().label()).isEqualTo("tenants.acme@policy.json:3");
        assertThat(tried.limits()).isEqualTo(enforced.limits());
        assertThat(policies.resolve(guest("x", "another", "-")).dryRun()).isEmpty();
    }

    @Test
    void aTenantHasNoLimitThatOnlyAGuestCanHave() {
        Setting setting =
                new Setting(
                        Limit.READ_TIMEOUT.standard(),
                        LimitSource.underneath(Limit.READ_TIMEOUT, Limit.READ_TIMEOUT.standard()));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new TenantLimits(Map.of(Limit.READ_TIMEOUT, setting)))
                .withMessage("a tenant has no readTimeout");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "'tenants': {'acme': {'readTimeout': '1s'}} | /tenants/acme/readTimeout | readTimeout is a limit of guests; write it in defaults, a class or a rule",
                "'tenants': {'acme': {'maxConections': 1}} | /tenants/acme/maxConections | unknown field \"maxConections\"; did you mean \"maxConnections\"?",
                "'tenants': {'acme': {'deny': true}} | /tenants/acme/deny | a tenant cannot be denied; deny its guests by a rule, or write \"maxConnections\": 0",
                "'tenants': {'acme': {'weight': 0}} | /tenants/acme/weight | 0 is out of range; weight is 1 to 1000",
                "'tenants': {'acme': {'weight': 'no limit'}} | /tenants/acme/weight | must be a number, not a string",
                "'tenants': {'acme': 1} | /tenants/acme | must be an object, not a number",
                "'tenants': {'none': {}} | /tenants/none | \"none\" is kept for guests without a tenant; choose another name",
                "'tenants': {'': {}} | /tenants/ | an empty name names no tenant",
                "'tenants': [] | /tenants | must be an object, not an array",
                "'tenantDefaults': {'dryRun': 1} | /tenantDefaults/dryRun | must be true or false, not a number",
                "'tenantDefaults': {'tenant': 'a'} | /tenantDefaults/tenant | unknown field \"tenant\"",
                "'tenantFrom': 'nova-project' | /tenantFrom | must be an array, not a string",
                "'tenantFrom': [1] | /tenantFrom/0 | must be a string, not a number",
                "'tenantFrom': ['nova-projekt'] | /tenantFrom/0 | \"nova-projekt\" is no source of tenants; write \"nova-project\", or \"name-prefix:\" with a separator, e.g. \"name-prefix:-\"; did you mean \"nova-project\"?",
                "'tenantFrom': ['name-prefix:'] | /tenantFrom/0 | behind name-prefix: a separator of 1 to 16 characters is needed, e.g. \"name-prefix:-\"",
                "'tenantFrom': ['nova-project', 'nova-project'] | /tenantFrom/1 | \"nova-project\" is a duplicate",
                "'rules': [{'match': {'name': 'a'}, 'tenant': 'other'}] | /rules/0/tenant | \"other\" is kept for guests without a tenant; choose another name",
                "'rules': [{'match': {'name': 'a'}, 'tenant': 7}] | /rules/0/tenant | must be a string, not a number",
                "'classes': {'a': {'tenant': ' b'}} | /classes/a/tenant | \" b\" begins or ends with a blank",
                "'defaults': {'tenant': 'a'} | /defaults/tenant | defaults name no tenant, or all guests were of one; write \"tenant\" in a rule or class, or \"tenantFrom\" beside defaults",
            })
    void whatIsWrongIsSaidWithItsPlace(String json, String pointer, String message) {
        String file = PolicyTexts.file(json);
        List<Problem> problems = PolicyTexts.problems(file);
        assertThat(problems).hasSize(1);
        assertThat(problems.getFirst().pointer()).isEqualTo(pointer);
        assertThat(problems.getFirst().message()).isEqualTo(message);
        assertThat(problems.getFirst().line()).isEqualTo(2);
        SchemaAgreement.assertRefused(file.replace('\'', '"'), problems);
    }

    @Test
    void aDeniedGuestMayHaveATenant() {
        String file = "'rules': [{'match': {'name': 'a'}, 'deny': true, 'tenant': 'acme'}]";
        SchemaAgreement.assertAccepted(PolicyTexts.file(file).replace('\'', '"'));
        assertThat(tenant(file, guest("a", "-", "-")).tenant()).isEqualTo(new Tenant.Named("acme"));
    }

    @Test
    void aReloadSaysWhoseTenantOrWhichOfItsLimitsChanged() {
        GuestIdentity guest = guest("a", "acme", "-");
        assertThat(change("'rules': []", "'tenants': {'acme': {'maxConnections': 5}}", guest))
                .isEqualTo("a: tenant's maxConnections no limit → 5 (unmatched)");
        assertThat(change("'rules': []", "'tenants': {'acme': {'weight': 5}}", guest))
                .isEqualTo("a: tenant's weight 1 → 5 (unmatched)");
        assertThat(
                        change(
                                "'rules': []",
                                "'rules': [{'match': {'name': 'a'}, 'tenant': 'b', 'weight': 2}]",
                                guest))
                .isEqualTo("a: weight 1 → 2, tenant acme → b (unmatched → rules[0]@policy.json:2)");
    }

    private static String change(String before, String after, GuestIdentity guest) {
        return new PolicyChange(
                        guest,
                        PolicyTexts.parse(PolicyTexts.file(before)).resolve(guest),
                        PolicyTexts.parse(PolicyTexts.file(after)).resolve(guest))
                .line();
    }

    private static List<String> warnings(String file) {
        return PolicyTexts.parse(PolicyTexts.file(file)).warnings().stream()
                .map(RuleWarning::line)
                .toList();
    }

    @Test
    void warnsOfATenantThatNobodyIsIn() {
        String message =
                "tenants.a-b@policy.json:2: no rule names the tenant \"a-b\", and tenantFrom cannot give it: nobody is in it unless a domain's metadata says so";
        assertThat(warnings("'tenants': {'a-b': {}}, 'tenantFrom': ['name-prefix:-']"))
                .containsExactly(message);
        assertThat(warnings("'tenants': {'a-b': {}}, 'tenantFrom': ['nova-project']"))
                .containsExactly(message);
        assertThat(warnings("'tenants': {'a-b': {}}")).as("metadata").isEmpty();
        assertThat(warnings("'tenants': {'ab': {}}, 'tenantFrom': ['name-prefix:-']")).isEmpty();
        assertThat(
                        warnings(
                                "'tenants': {'a-b': {}}, 'rules': [{'match': {'name': 'x'}, 'tenant': 'a-b'}]"))
                .isEmpty();
    }

    @Test
    void warnsOfARuleThatProbablyMisspellsATenant() {
        assertThat(
                        warnings(
                                "'tenants': {'acme': {}}, 'rules': [{'match': {'name': 'x'}, 'tenant': 'akme'}, {'match': {'name': 'y'}, 'tenant': 'acme'}]"))
                .containsExactly(
                        "rules[0]@policy.json:2: \"akme\" is not under tenants, so that tenantDefaults hold for it; did you mean \"acme\"?");
    }

    @Test
    void warnsOfAGuestsLimitAboveItsTenants() {
        assertThat(
                        warnings(
                                "'tenants': {'acme': {'maxConnections': 5}}, 'rules': [{'match': {'name': 'x'}, 'tenant': 'acme', 'maxConnections': 8}, {'match': {'name': 'y'}, 'tenant': 'acme', 'maxConnections': 5}]"))
                .containsExactly(
                        "rules[0]@policy.json:2: maxConnections 8 (rules[0]@policy.json:2) is above that of the tenant, 5 (tenants.acme@policy.json:2), which binds");
        assertThat(warnings("'tenantDefaults': {'maxConnections': 5}"))
                .as("nobody wrote the guests' 10")
                .isEmpty();
        assertThat(
                        warnings(
                                "'tenantDefaults': {'maxConnections': 5}, 'defaults': {'maxConnections': 6}"))
                .containsExactly(
                        "unmatched: maxConnections 6 (defaults@policy.json:2) is above that of most tenants, 5 (tenantDefaults@policy.json:2), which binds");
    }

    @Test
    void theExamplesGiveNoWarning() throws Exception {
        assertThat(example("cloud.json").warnings()).isEmpty();
        assertThat(example("hoster.json").warnings()).isEmpty();
    }

    private static PolicySet example(String name) throws IOException, PolicyException {
        try (InputStream in = TenantsTest.class.getResourceAsStream("examples/" + name)) {
            return PolicyParser.parse(
                    name, Objects.requireNonNull(in).readAllBytes(), Limits.standard());
        }
    }

    @Test
    void inTheCloudsExampleEachProjectIsATenant() throws Exception {
        TenantPolicy mail =
                example("cloud.json")
                        .resolve(guest("instance-1", "-", "6f1c0d4e5b7a4c0d9a1e2f3b4c5d6e7f"))
                        .tenant();
        assertThat(mail.limits().weight()).hasValue(4);
        assertThat(mail.limits().bound(Limit.MAX_CONNECTIONS)).hasValue(100);
        assertThat(example("cloud.json").resolve(guest("x", "-", "77")).tenant().limits())
                .returns(OptionalLong.of(40), limits -> limits.bound(Limit.MAX_CONNECTIONS));
    }

    @Test
    void inTheHostersExampleCustomersHaveNames() throws Exception {
        PolicySet hoster = example("hoster.json");
        assertThat(hoster.resolve(guest("acme-web", "-", "-")).tenant().tenant())
                .isEqualTo(hoster.resolve(guest("oldshop-db", "-", "-")).tenant().tenant())
                .isEqualTo(new Tenant.Named("acme"));
        assertThat(hoster.resolve(guest("infra-dns", "-", "-")).tenant().source())
                .startsWith("classes.in-house@");
        assertThat(hoster.resolve(guest("small-1", "-", "-")).tenant().tenant())
                .isEqualTo(new Tenant.Named("small"));
    }
}
