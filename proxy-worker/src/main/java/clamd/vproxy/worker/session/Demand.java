package clamd.vproxy.worker.session;

import clamd.vproxy.worker.daily.DailyAmount;
import java.time.Duration;

/**
 * The amounts that a session used of its limits, as far as its result does not have them already. A
 * dry run compares them with the limits of another policy. Immutable.
 *
 * @param connections the guest's connections in service and waiting when this one arrived, itself
 *     included
 * @param tenantConnections the tenant's connections in service and waiting when this one arrived,
 *     itself included
 * @param largestChunkBytes the largest chunk that the guest declared, even if it was refused; 0 =
 *     none
 * @param commandTime time from the beginning of service to the command, or to the session's end if
 *     no command arrived; 0 if the session was not served
 * @param streamTime the part of a stream's time that counts for the stream timeout; 0 for other
 *     commands
 * @param longestSilence the longest wait for bytes of the stream
 * @param today the guest's usage of the day when the session ended, its own part included
 * @param tenantToday the tenant's usage of the day when the session ended
 */
public record Demand(
        int connections,
        int tenantConnections,
        long largestChunkBytes,
        Duration commandTime,
        Duration streamTime,
        Duration longestSilence,
        DailyAmount today,
        DailyAmount tenantToday) {}
