package clamd.vproxy.worker.session;

import clamd.vproxy.worker.daily.DailyAmount;
import java.time.Duration;

/**
 * What a session asked of its limits, beyond what its result says anyway; with it the session can
 * be judged by other limits than those that it was served under. Immutable.
 *
 * @param connections how many its guest had in service and waiting when it came, itself included
 * @param tenantConnections how many its tenant had, itself included
 * @param largestChunkBytes the largest chunk that it declared, also if that was refused; 0 = none
 * @param commandTime from the beginning of service to its command, or to its end if none came; 0 if
 *     it was not served
 * @param streamTime of a stream, what counts for the stream timeout; 0 for other commands
 * @param longestSilence the longest wait for bytes of its stream
 * @param today what its guest had used of its day when it ended, its own part included
 * @param tenantToday what its tenant had used
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
