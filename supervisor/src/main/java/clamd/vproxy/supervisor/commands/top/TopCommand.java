package clamd.vproxy.supervisor.commands.top;

import clamd.vproxy.supervisor.base.json.Json;
import clamd.vproxy.supervisor.base.text.HostName;
import clamd.vproxy.supervisor.base.threads.SystemClock;
import clamd.vproxy.supervisor.commands.common.BuildVersion;
import clamd.vproxy.supervisor.commands.common.CommandException;
import clamd.vproxy.supervisor.commands.common.ExitCode;
import clamd.vproxy.supervisor.commands.common.Signals;
import clamd.vproxy.supervisor.commands.live.DaemonCommand;
import clamd.vproxy.supervisor.reports.control.ControlReply;
import clamd.vproxy.supervisor.reports.control.ControlRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code clamd-vproxy top}: shows the guests live. */
@Command(
        name = "top",
        mixinStandardHelpOptions = true,
        versionProvider = BuildVersion.class,
        sortOptions = false,
        header = "Shows the guests live: connections, queue, bytes and scans per second, verdicts.",
        description =
                "QUEUE counts sessions that wait for the guest's quota or for an upload permit, room"
                        + " or a scan slot at clamd, WAIT is the longest of these waits, verdicts are"
                        + " those since the guest started, and CACHED counts remembered ones. Ends with"
                        + " 0, 69 if no daemon answers or there is no terminal.")
public final class TopCommand extends DaemonCommand {
    private static final double SHORTEST_DELAY = 0.1;
    private static final double LONGEST_DELAY = 3600;

    @Option(
            names = {"-d", "--delay"},
            paramLabel = "SECONDS",
            defaultValue = "2",
            description = "Look again after this time (default: ${DEFAULT-VALUE}).")
    private double delay;

    @Option(
            names = {"-s", "--sort"},
            paramLabel = "KEY",
            defaultValue = "PROBLEMS",
            description = "Sort by one of ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private SortKey sort = SortKey.PROBLEMS;

    @Option(
            names = {"-f", "--filter"},
            paramLabel = "TEXT",
            defaultValue = "",
            description = "Show guests with this text in their name, tenant or state.")
    private String filter = "";

    @Option(names = "--tenants", description = "Show a line for each tenant instead of each guest.")
    private boolean byTenant;

    @Option(
            names = {"-b", "--batch"},
            description = "Print all guests each time, for files and programs; needs no terminal.")
    private boolean batch;

    @Option(
            names = {"-n", "--iterations"},
            paramLabel = "N",
            description = "With --batch or --json, end after so many times.")
    private int iterations = Integer.MAX_VALUE;

    /** One sample as a line of JSON. */
    private record Report(long intervalMillis, List<TopRow> guests) {}

    @Override
    public Integer call() throws CommandException {
        if (!(delay >= SHORTEST_DELAY && delay <= LONGEST_DELAY) || iterations < 1) {
            throw new CommandException(
                    ExitCode.USAGE, "--delay must be 0.1 to 3600 and --iterations at least 1");
        }
        if (json || batch) {
            print();
        } else {
            show();
        }
        return ExitCode.OK.number();
    }

    private Duration interval() {
        return Duration.ofMillis((long) (delay * 1000));
    }

    private TopSample sample() throws CommandException {
        ControlReply.Guests reply =
                control.ask(new ControlRequest.Plain("guests"), ControlReply.Guests.class);
        return new TopSample(SystemClock.nanoTime(), reply.guests());
    }

    private TopSample sampleForScreen() throws IOException {
        try {
            return sample();
        } catch (CommandException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    private void print() throws CommandException {
        TopView view = TopView.of(sort, byTenant, filter);
        TopSample before = sample();
        for (int i = 0; i < iterations; i++) {
            awaitNext(before.nanos() + interval().toNanos());
            TopSample now = sample();
            List<TopRow> rows = TopRow.between(before, now);
            if (json) {
                long millis = (now.nanos() - before.nanos()) / 1_000_000;
                out().println(Json.line(new Report(millis, view.rows(rows))));
            } else {
                new TopScreen(rows, view, "", Optional.empty()).allLines().forEach(out()::println);
                out().println();
            }
            out().flush();
            before = now;
        }
    }

    private static void awaitNext(long nextNanos) {
        long left;
        while ((left = nextNanos - SystemClock.nanoTime()) > 0) {
            LockSupport.parkNanos(left);
        }
    }

    private void show() throws CommandException {
        // before the terminal is changed: a missing daemon is the most frequent failure
        TopSample _ = sample();
        Top top =
                new Top(
                        this::sampleForScreen,
                        TopView.of(sort, byTenant, filter),
                        HostName.read(),
                        interval(),
                        SystemClock::nanoTime);
        Runnable undo = Signals.handle("WINCH", top::resized).orElse(() -> {});
        try (TtyScreen screen = TtyScreen.open()) {
            top.run(screen);
        } catch (IOException e) {
            throw new CommandException(
                    ExitCode.UNAVAILABLE,
                    e.getMessage() + "; without a terminal use --batch or --json");
        } finally {
            undo.run();
        }
    }
}
