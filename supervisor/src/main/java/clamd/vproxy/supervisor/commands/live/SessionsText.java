package clamd.vproxy.supervisor.commands.live;

import clamd.vproxy.supervisor.base.text.HumanReadable;
import clamd.vproxy.supervisor.base.text.Table;
import clamd.vproxy.supervisor.reports.status.OpenSession;
import java.io.PrintWriter;
import java.util.List;

/** Formats the open sessions as a table for people. Static functions only. */
final class SessionsText {
    private static final List<String> HEADER =
            List.of("SESSION", "GUEST", "COMMAND", "BYTES", "AGE", "IDLE", "FOR", "IT");

    private SessionsText() {}

    /** Prints the header and a line for each session. */
    static void print(PrintWriter out, List<OpenSession> sessions) {
        Table.print(out, HEADER, sessions.stream().map(SessionsText::line).toList());
    }

    private static List<String> line(OpenSession session) {
        return List.of(
                Long.toString(session.session()),
                session.guest(),
                GuestsText.orDash(session.command()),
                HumanReadable.size(session.bytes()),
                HumanReadable.time(session.ageMillis()),
                HumanReadable.time(session.idleMillis()),
                HumanReadable.time(session.inStepMillis()),
                session.does());
    }
}
