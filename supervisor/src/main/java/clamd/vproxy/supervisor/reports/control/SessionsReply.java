package clamd.vproxy.supervisor.reports.control;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The reply to {@code sessions}. Immutable.
 *
 * @param sessions the open ones by guest, in each those that wait last
 */
public record SessionsReply(boolean ok, List<Session> sessions) {
    /**
     * One open session. Immutable.
     *
     * @param session its number, the one in the log and for {@code kill}
     * @param guest the guest's name
     * @param uuid null without libvirt
     * @param cid null while the guest has none
     * @param command null until it is known
     * @param step what it is at, a word such as {@code upload}
     * @param does the same for people
     * @param inStepMillis for how long it has been at that
     * @param ageMillis for how long there has been a connection
     * @param idleMillis how long ago the guest was last heard of
     * @param bytes file data taken so far
     */
    public record Session(
            long session,
            String guest,
            @Nullable String uuid,
            @Nullable Long cid,
            @Nullable String command,
            String step,
            String does,
            long inStepMillis,
            long ageMillis,
            long idleMillis,
            long bytes) {}
}
