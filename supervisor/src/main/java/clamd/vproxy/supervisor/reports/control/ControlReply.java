package clamd.vproxy.supervisor.reports.control;

import clamd.vproxy.policies.GuestIdentity;
import clamd.vproxy.policies.TenantMarks;
import clamd.vproxy.policies.TenantPolicy;
import clamd.vproxy.supervisor.reports.status.GuestView;
import clamd.vproxy.supervisor.reports.status.OpenSession;
import clamd.vproxy.supervisor.reports.status.TenantView;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One line to a client: a JSON object whose keys are the components; the server adds {@code ok}.
 * The reply to {@code status} is a {@link clamd.vproxy.supervisor.reports.status.DaemonStatus}.
 * Immutable.
 */
public sealed interface ControlReply {
    /**
     * The reply to {@code guests}.
     *
     * @param version of the JSON, as in the status
     * @param guests the running guests, sorted by name
     */
    record Guests(int version, List<GuestView> guests) implements ControlReply {}

    /**
     * The reply to {@code tenants}.
     *
     * @param version of the JSON, as in the status
     * @param tenants the tenants with running guests, sorted by name; the last entry combines all
     *     guests that are tenants of their own
     */
    record Tenants(int version, List<TenantView> tenants) implements ControlReply {}

    /**
     * The reply to {@code tenant}.
     *
     * @param version of the JSON, as in the status
     * @param state what happens to new connections of its guests, in addition to each guest's own
     *     state
     * @param limits the limits that apply to its guests together
     * @param guests its running guests, sorted by name
     */
    record OneTenant(
            int version,
            TenantView tenant,
            String state,
            List<LimitOfGuest> limits,
            List<GuestView> guests)
            implements ControlReply {}

    /**
     * The tenant of a guest, and where it is named.
     *
     * @param name null if the guest is a tenant of its own
     * @param title the tenant's display name; null if it is the same as the name
     * @param source where the tenant is named
     * @param limits the limits that apply to the tenant's guests together
     */
    record TenantOfGuest(
            @Nullable String name,
            @Nullable String title,
            String source,
            List<LimitOfGuest> limits) {
        /** Returns the tenant that a policy gives. */
        public static TenantOfGuest of(TenantPolicy tenant) {
            return new TenantOfGuest(
                    tenant.tenant().named().orElse(null),
                    tenant.title().orElse(null),
                    tenant.source(),
                    LimitOfGuest.of(tenant.limits()));
        }
    }

    /**
     * The reply to {@code guest}.
     *
     * @param version of the JSON, as in the status
     * @param source the connect URI at which the guest runs
     * @param classes the policy classes in its metadata
     * @param tenant its tenant; null in a reply of an earlier version
     * @param limits the limits of sessions that begin now
     * @param sessions its open sessions, waiting connections last
     */
    record OneGuest(
            int version,
            GuestView guest,
            String source,
            List<String> classes,
            @Nullable TenantOfGuest tenant,
            List<LimitOfGuest> limits,
            List<OpenSession> sessions)
            implements ControlReply {}

    /**
     * The reply to {@code policy inputs}: the data that the daemon applies its policy file to.
     *
     * @param version of the JSON, as in the status
     * @param revision of the file that is in force
     * @param options the limits underneath the file that options set; the others are built-in
     * @param guests the running guests as rules see them
     */
    record PolicyInputs(
            int version,
            Path file,
            String revision,
            List<LimitOfGuest> options,
            List<PolicyGuest> guests)
            implements ControlReply {}

    /**
     * A guest as rules see it.
     *
     * @param uuid null without libvirt
     * @param cid null if it has none
     * @param tenantMark the tenant in the clamd-vproxy element of its metadata; null if there is
     *     none
     * @param novaProject the UUID of its project in Nova's metadata; null if there is none
     * @param novaProjectName the display name of that project
     */
    record PolicyGuest(
            String name,
            @Nullable String uuid,
            @Nullable Long cid,
            List<String> classes,
            @Nullable String tenantMark,
            @Nullable String novaProject,
            @Nullable String novaProjectName) {
        /** Converts a guest's identity to this form. */
        public static PolicyGuest of(GuestIdentity guest) {
            Optional<TenantMarks.NovaProject> project = guest.tenantMarks().novaProject();
            return new PolicyGuest(
                    guest.name().orElse(guest.label()),
                    guest.uuid().map(UUID::toString).orElse(null),
                    guest.cid().isPresent() ? (Long) guest.cid().getAsLong() : null,
                    guest.metadataClasses().stream().sorted().toList(),
                    guest.tenantMarks().ours().orElse(null),
                    project.map(TenantMarks.NovaProject::uuid).orElse(null),
                    project.map(TenantMarks.NovaProject::name).orElse(null));
        }

        /** Returns the identity of this guest. */
        public GuestIdentity identity() {
            return new GuestIdentity(
                    Optional.of(name),
                    Optional.ofNullable(uuid).map(UUID::fromString),
                    cid == null ? OptionalLong.empty() : OptionalLong.of(cid),
                    Set.copyOf(classes),
                    new TenantMarks(
                            Optional.ofNullable(tenantMark),
                            Optional.ofNullable(novaProject)
                                    .map(project ->
                                            new TenantMarks.NovaProject(
                                                    project,
                                                    Objects.requireNonNullElse(
                                                            novaProjectName, "")))));
        }
    }

    /**
     * The reply to {@code sessions}.
     *
     * @param version of the JSON, as in the status
     * @param sessions the open sessions by guest, waiting connections of each last
     */
    record Sessions(int version, List<OpenSession> sessions) implements ControlReply {}

    /**
     * The reply to {@code pause}, {@code drain} and {@code resume}.
     *
     * @param guest the guest's name; null for several guests
     * @param tenant the tenant's name; null unless the order is for all guests of a tenant
     * @param uuid null without libvirt, or for all guests
     * @param state what happens to new connections now, including the order for all guests: {@code
     *     open}, {@code paused} or {@code draining}
     * @param stateOfAll the order for all guests
     * @param guests how many running guests are affected; absent in an earlier version
     * @param connections how many are still in service
     * @param waiting how many are waiting
     */
    record Admission(
            @Nullable String guest,
            @Nullable String tenant,
            @Nullable String uuid,
            String state,
            String stateOfAll,
            @Nullable Integer guests,
            int connections,
            int waiting)
            implements ControlReply {}

    /**
     * The reply to {@code kill}.
     *
     * @param killed how many sessions end; they do so within moments
     */
    record Kill(int killed) implements ControlReply {}

    /**
     * The reply to {@code memory clear}.
     *
     * @param forgotten how many verdicts were forgotten
     */
    record MemoryClear(long forgotten) implements ControlReply {}

    /**
     * The reply to {@code policy reload}.
     *
     * @param ok whether the file as it is now is in force
     * @param error that the file is faulty; null if it is not
     * @param file the policy file
     * @param revision the policies in force
     * @param loadedAt when they were put in force
     * @param reloaded whether this request put them in force; else they were in force already
     * @param guests how many guests were running when they were put in force
     * @param changes a line for each guest whose limits changed
     * @param problems a line for each error in the file
     */
    record Reload(
            boolean ok,
            @Nullable String error,
            Path file,
            String revision,
            Instant loadedAt,
            boolean reloaded,
            int guests,
            List<String> changes,
            List<String> problems)
            implements ControlReply {}

    /**
     * The reply to {@code diagnostics}.
     *
     * @param files texts for a support bundle, by the names of their files
     */
    record Diagnostics(Map<String, String> files) implements ControlReply {}

    /**
     * The reply to a request that fails, and a part of every reply.
     *
     * @param ok whether the command was carried out
     * @param error why it was not, on one line; null if it was
     */
    record Failure(boolean ok, @Nullable String error) implements ControlReply {
        static Failure because(String error) {
            return new Failure(false, error);
        }
    }
}
