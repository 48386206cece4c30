package clamd.vproxy.supervisor.commands.support;

import clamd.vproxy.supervisor.base.json.Json;
import clamd.vproxy.supervisor.base.threads.SystemClock;
import clamd.vproxy.supervisor.commands.common.BuildVersion;
import clamd.vproxy.supervisor.commands.common.CommandException;
import clamd.vproxy.supervisor.commands.common.ExitCode;
import clamd.vproxy.supervisor.commands.live.DaemonCommand;
import clamd.vproxy.supervisor.reports.control.ControlReply;
import clamd.vproxy.supervisor.reports.control.ControlRequest;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code clamd-vproxy support-bundle}: collects diagnostics into an archive. */
@Command(
        name = "support-bundle",
        mixinStandardHelpOptions = true,
        versionProvider = BuildVersion.class,
        sortOptions = false,
        header = "Collects diagnostics into one archive.",
        description =
                "Status, guests, sessions, the policy file, clamd's configuration, the options in"
                        + " force, versions, the daemon's threads and its last log lines. If no daemon"
                        + " answers, only the parts that need none. Ends with 0, 1 if the file"
                        + " cannot be written.")
public final class SupportBundleCommand extends DaemonCommand {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

    private static final List<List<String>> PROGRAMS =
            List.of(
                    List.of("journalctl", "-u", "clamd-vproxy", "-n", "2000", "--no-pager"),
                    List.of("virsh", "--readonly", "version", "--daemon"),
                    List.of("clamd", "--version"),
                    List.of("uname", "-a"));

    @Parameters(
            arity = "0..1",
            paramLabel = "FILE",
            description = "The archive, a new file (default: clamd-vproxy-support-TIME.zip here).")
    private @Nullable Path file;

    /** The JSON output. */
    private record Report(boolean ok, String file, List<String> files, String advice) {}

    @Override
    public Integer call() throws CommandException, InterruptedException {
        SupportBundle bundle = new SupportBundle();
        bundle.add("client-version.txt", BuildVersion.text());
        addReply(bundle, "status.json", new ControlRequest.Plain("status"));
        addReply(bundle, "guests.json", new ControlRequest.Plain("guests"));
        addReply(bundle, "sessions.json", new ControlRequest.OfGuest("sessions", null));
        addDiagnostics(bundle);
        for (List<String> program : PROGRAMS) {
            bundle.add(program.getFirst() + ".txt", ProgramOutput.of(program));
        }
        Path written = write(bundle);
        if (json) {
            Report report =
                    new Report(true, written.toString(), bundle.names(), SupportBundle.ADVICE);
            Json.print(out(), report);
        } else {
            bundle.names().forEach(out()::println);
            out().println(SupportBundle.ADVICE);
            out().println(written);
            out().flush();
        }
        return ExitCode.OK.number();
    }

    private void addReply(SupportBundle bundle, String name, ControlRequest request) {
        try {
            bundle.add(name, Json.indented(control.ask(request, Object.class)));
        } catch (CommandException e) {
            bundle.add(name + ".missing.txt", e.getMessage() + "\n");
        }
    }

    private void addDiagnostics(SupportBundle bundle) {
        try {
            control.ask(new ControlRequest.Plain("diagnostics"), ControlReply.Diagnostics.class)
                    .files()
                    .forEach(bundle::add);
        } catch (CommandException e) {
            bundle.add("diagnostics.missing.txt", e.getMessage() + "\n");
        }
    }

    private Path write(SupportBundle bundle) throws CommandException {
        Path target =
                file != null
                        ? file
                        : Path.of(
                                "clamd-vproxy-support-"
                                        + TIME.format(SystemClock.utc().instant())
                                        + ".zip");
        try {
            bundle.write(target);
            return target.toAbsolutePath();
        } catch (FileAlreadyExistsException _) {
            throw new CommandException(
                    ExitCode.FAILED, target + " is there already; name another file");
        } catch (IOException e) {
            throw new CommandException(
                    ExitCode.FAILED, "cannot write " + target + ": " + e.getMessage());
        }
    }
}
