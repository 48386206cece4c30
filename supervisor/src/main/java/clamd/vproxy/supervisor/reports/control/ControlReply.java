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
     * @param guests the running guests, in the order of their names
     */
    record Guests(int version, List<GuestView> guests) implements ControlReply {}

    /**
     * The reply to {@code tenants}.
     *
     * @param version of the JSON, as in the status
     * @param tenants those with guests that run, by their names; last all guests together that are
     *     tenants of their own
     */
    record Tenants(int version, List<TenantView> tenants) implements ControlReply {}

    /**
     * The reply to {@code tenant}.
     *
     * @param version of the JSON, as in the status
     * @param state what happens to new connections of its guests, besides what holds for each
     * @param limits the limits that hold for its guests together
     * @param guests its guests that run, in the order of their names
     */
    record OneTenant(
            int version,
            TenantView tenant,
            String state,
            List<LimitOfGuest> limits,
            List<GuestView> guests)
            implements ControlReply {}

    /**
     * Where a guest's tenant comes from.
     *
     * @param name null if the guest is a tenant of its own
     * @param title what people call it, if that is another name; null if it is not
     * @param source the place where it is named
     * @param limits the limits that hold for the tenant's guests together
     */
    record TenantOfGuest(
            @Nullable String name,
            @Nullable String title,
            String source,
            List<LimitOfGuest> limits) {
        /** The tenant that a policy gives. */
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
     * The reply to {@code policy inputs}: what the daemon applies its policy file to.
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
     * @param tenantMark the tenant in our element of its metadata; null if there is none
     * @param novaProject the UUID of its project in Nova's metadata; null if there is none
     * @param novaProjectName what people call that project
     */
    record PolicyGuest(
            String name,
            @Nullable String uuid,
            @Nullable Long cid,
            List<String> classes,
            @Nullable String tenantMark,
            @Nullable String novaProject,
            @Nullable String novaProjectName) {
        /** What is known of a guest. */
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

        /** The guest that this is. */
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
     * @param tenant the tenant's name; null if it is not for all guests of a tenant
     * @param uuid null without libvirt, or for all guests
     * @param state what happens to new connections now, with the order for all guests in force:
     *     {@code open}, {@code paused} or {@code draining}
     * @param stateOfAll the order for all guests
     * @param guests how many running guests that concerns; an earlier version does not say
     * @param connections how many are still in service
     * @param waiting how many wait
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
     * @param error that it is wrong; null if it is not
     * @param file the policy file
     * @param revision the policies in force
     * @param loadedAt since when
     * @param reloaded whether this request put them in force; else they were in force already
     * @param guests how many guests ran when they came into force
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
     * @param error why not, on one line; null if it was
     */
    record Failure(boolean ok, @Nullable String error) implements ControlReply {
        static Failure because(String error) {
            return new Failure(false, error);
        }
    }
}
