package clamd.vproxy.supervisor.commands.top;

import clamd.vproxy.supervisor.reports.status.GuestView;
import java.util.List;

/**
 * The guests at one moment. Immutable.
 *
 * @param nanos the time of the sample, on the monotonic clock of this process
 * @param guests the running guests
 */
public record TopSample(long nanos, List<GuestView> guests) {
    /** Copies the list. */
    public TopSample {
        guests = List.copyOf(guests);
    }
}
