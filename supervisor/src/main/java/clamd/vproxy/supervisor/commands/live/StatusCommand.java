package clamd.vproxy.supervisor.commands.live;

import clamd.vproxy.supervisor.base.json.Json;
import clamd.vproxy.supervisor.commands.common.BuildVersion;
import clamd.vproxy.supervisor.commands.common.CommandException;
import clamd.vproxy.supervisor.commands.common.ExitCode;
import clamd.vproxy.supervisor.connections.listen.ListenerStatus;
import clamd.vproxy.supervisor.reports.audit.AuditStatus;
import clamd.vproxy.supervisor.reports.control.ControlRequest;
import clamd.vproxy.supervisor.reports.log.LogStatus;
import clamd.vproxy.supervisor.reports.status.DaemonStatus;
import clamd.vproxy.supervisor.sources.libvirt.LibvirtState;
import clamd.vproxy.worker.memory.MemoryCounts;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.Optional;
import picocli.CommandLine.Command;

/** {@code clamd-vproxy status}: shows the daemon's status. */
@Command(
        name = "status",
        mixinStandardHelpOptions = true,
        versionProvider = BuildVersion.class,
        sortOptions = false,
        header = "Shows the daemon's status.",
        description =
                "Ends with 0 if the daemon serves guests, 75 if it answers and does not serve them,"
                        + " such as while it waits for clamd, 69 if no daemon answers.")
public final class StatusCommand extends DaemonCommand {
    @Override
    public Integer call() throws CommandException {
        Object reply = control.ask(new ControlRequest.Plain("status"), Object.class);
        DaemonStatus status = Json.read(Json.line(reply), DaemonStatus.class);
        if (json) {
            Json.print(out(), reply);
        } else {
            print(out(), status);
            out().flush();
        }
        return (status.notReady().isEmpty() ? ExitCode.OK : ExitCode.NOT_READY).number();
    }

    private static void print(PrintWriter out, DaemonStatus reply) {
        policy(out, reply.policy());
        reply.libvirts().forEach(libvirt -> libvirt(out, libvirt));
        reply.clamds().forEach(clamd -> clamd(out, clamd));
        reply.audit().ifPresent(audit -> audit(out, audit));
        reply.log().filter(log -> log.lost() > 0).ifPresent(log -> log(out, log));
        reply.verdictMemory().ifPresent(memory -> memory(out, memory));
        if (!reply.state().equals("open")) {
            out.println("New connections of all guests: " + reply.state());
        }
        reply.cidConflicts()
                .forEach(conflict ->
                        out.printf("CID %d: guests %s%n", conflict.cid(), conflict.text()));
        reply.listeners().forEach(listener -> listener(out, listener));
        out.printf("Guests: %d, sessions: %d%n", reply.guests(), reply.sessions());
        reply.program().ifPresent(program -> program(out, program));
        reply.notReady().forEach(reason -> out.println("Not ready: " + reason));
    }

    private static void program(PrintWriter out, DaemonStatus.Program program) {
        out.printf(
                "Version: %s, commit %s, started %s%n",
                program.version(), program.commit(), program.startedAt());
    }

    private static void policy(PrintWriter out, DaemonStatus.Policy policy) {
        out.printf(
                "Policy: %s, revision %s, in force since %s%n",
                policy.file(), policy.revision(), policy.loadedAt());
        policy.lastError()
                .ifPresent(error -> {
                    out.printf(
                            "  The file has had errors since %s and is ignored:%n", error.since());
                    error.problems().forEach(line -> out.println("  " + line));
                });
    }

    private static void listener(PrintWriter out, ListenerStatus listener) {
        out.printf(
                "Listening: %s, sockets: %d, handed over by systemd: %d, connections %s%n",
                listener.address(),
                listener.sockets(),
                listener.handedOver(),
                listener.kept() ? "wait there over a restart" : "are refused during a restart");
    }

    private static void libvirt(PrintWriter out, LibvirtState libvirt) {
        out.printf(
                "libvirt at %s: %s since %s, last event %s, last list %s, guests: %d%n",
                libvirt.uri(),
                libvirt.connected() ? "connected" : "away",
                libvirt.since(),
                orNone(libvirt.lastEvent()),
                orNone(libvirt.lastList()),
                libvirt.guests());
        reason(out, libvirt.connected(), libvirt.lastError());
    }

    private static void clamd(PrintWriter out, DaemonStatus.Clamd clamd) {
        out.printf(
                "clamd at %s: %s since %s, uploads: %d of %d, scans: %d of %d%n",
                clamd.endpoint(),
                clamd.up() ? "up" : "down",
                clamd.since(),
                clamd.uploads(),
                clamd.uploadPermits(),
                clamd.scans(),
                clamd.scanSlots());
        reason(out, clamd.up(), clamd.lastError());
    }

    private static void audit(PrintWriter out, AuditStatus audit) {
        out.printf(
                "Audit: %s, records: %d, lost: %d%n", audit.file(), audit.written(), audit.lost());
        audit.failingSince()
                .ifPresent(since ->
                        out.printf(
                                "  Nothing can be written since %s: %s%n",
                                since, audit.lastError().orElse("")));
    }

    private static void log(PrintWriter out, LogStatus log) {
        out.printf(
                "Log: lines lost: %d, of infected streams: %d%n", log.lost(), log.lostDetections());
    }

    private static void memory(PrintWriter out, MemoryCounts memory) {
        out.printf(
                "Verdict memory: entries: %d of %d, hits: %d, misses: %d%n",
                memory.entries(), memory.mostEntries(), memory.hits(), memory.misses());
    }

    /** Prints the last error, but only while it lasts: the daemon keeps it afterwards. */
    private static void reason(PrintWriter out, boolean well, Optional<String> lastError) {
        lastError.filter(_ -> !well).ifPresent(error -> out.println("  " + error));
    }

    private static String orNone(Optional<Instant> time) {
        return time.map(Instant::toString).orElse("none");
    }
}
