package clamd.vproxy.supervisor.reports.control;

import org.jspecify.annotations.Nullable;

/** One line from a client: a JSON object whose keys are the components. Immutable. */
public sealed interface ControlRequest {
    /** The name of a {@link ControlCommand}. */
    String command();

    /** Asks for something that needs no more words. */
    record Plain(String command) implements ControlRequest {}

    /**
     * Asks for one guest.
     *
     * @param guest its name, UUID or CID
     */
    record OfGuest(String command, @Nullable String guest) implements ControlRequest {}

    /**
     * Asks for one tenant.
     *
     * @param tenant its name
     */
    record OfTenant(String command, @Nullable String tenant) implements ControlRequest {}

    /**
     * Asks for one guest, for those of a tenant, or for all of them.
     *
     * @param guest its name, UUID or CID; null for several
     * @param tenant the tenant's name
     * @param all whether all are meant, which has to be said; null = no
     */
    record OfGuests(
            String command, @Nullable String guest, @Nullable String tenant, @Nullable Boolean all)
            implements ControlRequest {}

    /**
     * Asks for one session, or all of one guest or tenant.
     *
     * @param session its number
     * @param guest its name, UUID or CID
     * @param tenant the tenant's name
     */
    record OfSession(
            String command, @Nullable Long session, @Nullable String guest, @Nullable String tenant)
            implements ControlRequest {}
}
