package clamd.vproxy.supervisor.guests;

/**
 * Follows the guests' lives. Called on the registry's writer thread, after readers can see a
 * change.
 *
 * <p>The guest that loses a CID is reported before the one that gets it: at any moment, the calls
 * so far leave each CID with one guest. A call must not block and must not write to the registry;
 * what it throws is logged and otherwise ignored.
 */
public interface GuestListener {
    /** A guest runs that did not run before, or a domain runs anew after {@link #stopped}. */
    void started(Guest guest);

    /** A running guest got or lost its CID, or its name or metadata changed. */
    void changed(Guest before, Guest after);

    /** A run of a domain has ended; the guest is as it was last known. */
    void stopped(Guest guest);
}
