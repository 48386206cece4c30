package clamd.vproxy.supervisor.commands.top;

import clamd.vproxy.supervisor.reports.status.GuestView;
import java.util.List;

/**
 * The guests at one moment. Immutable.
 *
 * @param nanos when, on the asking side's monotonic clock
 * @param guests those that run
 */
public record TopSample(long nanos, List<GuestView> guests) {
    /** Copies the list. */
    public TopSample {
        guests = List.copyOf(guests);
    }
}
