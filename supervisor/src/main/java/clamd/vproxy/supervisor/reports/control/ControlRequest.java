package clamd.vproxy.supervisor.reports.control;

import org.jspecify.annotations.Nullable;

/** One line from a client: a JSON object whose keys are the components. Immutable. */
public sealed interface ControlRequest {
    /** Returns the name of a {@link ControlCommand}. */
    String command();

    /** A request that consists of the command only. */
    record Plain(String command) implements ControlRequest {}

    /**
     * A request about one guest.
     *
     * @param guest its name, UUID or CID
     */
    record OfGuest(String command, @Nullable String guest) implements ControlRequest {}

    /**
     * A request about one tenant.
     *
     * @param tenant its name
     */
    record OfTenant(String command, @Nullable String tenant) implements ControlRequest {}

    /**
     * A request about one guest, the guests of a tenant, or all guests.
     *
     * @param guest its name, UUID or CID; null for several
     * @param tenant the tenant's name
     * @param all whether the request is for all guests, which must be explicit; null = no
     */
    record OfGuests(
            String command, @Nullable String guest, @Nullable String tenant, @Nullable Boolean all)
            implements ControlRequest {}

    /**
     * A request about one session, or all sessions of one guest or tenant.
     *
     * @param session its number
     * @param guest its name, UUID or CID
     * @param tenant the tenant's name
     */
    record OfSession(
            String command, @Nullable Long session, @Nullable String guest, @Nullable String tenant)
            implements ControlRequest {}
}
