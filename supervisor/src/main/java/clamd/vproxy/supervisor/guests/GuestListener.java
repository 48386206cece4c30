package clamd.vproxy.supervisor.guests;

/**
 * Follows the starts, changes and stops of guests. Called on the registry's writer thread, after
 * readers can see a change.
 *
 * <p>The guest that loses a CID is reported before the one that gets it: at any moment, the calls
 * so far leave each CID with one guest. A call must not block and must not write to the registry;
 * an exception is logged and otherwise ignored.
 */
public interface GuestListener {
    /**
     * Called when a guest starts to run, including a new run of a domain after {@link #stopped}.
     */
    void started(Guest guest);

    /** Called when a running guest has gained or lost its CID, or its name or metadata changed. */
    void changed(Guest before, Guest after);

    /** Called when a run of a domain has ended; the guest is as it was last known. */
    void stopped(Guest guest);
}
