package clamd.vproxy.supervisor.reports.control;

import org.jspecify.annotations.Nullable;

/**
 * The reply to {@code pause}, {@code drain} and {@code resume}. Immutable.
 *
 * @param guest the guest's name; null if it was all of them
 * @param uuid null without libvirt, or if it was all of them
 * @param state what becomes of new connections now: {@code open}, {@code paused} or {@code
 *     draining}; what holds for all guests counted in
 * @param stateOfAll what is wanted of all guests
 * @param connections how many are in service still
 * @param waiting how many wait; those of all guests are among the connections
 */
public record AdmissionReply(
        boolean ok,
        @Nullable String guest,
        @Nullable String uuid,
        String state,
        String stateOfAll,
        int connections,
        int waiting) {}
