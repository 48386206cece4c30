package clamd.vproxy.supervisor.commands.live;

import clamd.vproxy.supervisor.commands.common.BuildVersion;
import clamd.vproxy.supervisor.commands.common.CommandException;
import clamd.vproxy.supervisor.reports.control.ControlReply;
import clamd.vproxy.supervisor.reports.control.ControlRequest;
import clamd.vproxy.supervisor.reports.status.GuestView;
import java.io.PrintWriter;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code clamd-vproxy guests}: lists the running guests, and what each has used today. */
@Command(
        name = "guests",
        mixinStandardHelpOptions = true,
        versionProvider = BuildVersion.class,
        sortOptions = false,
        header = "Lists the guests that run, with their connections and what they used today.",
        description = "Ends with 0 if a daemon answers, 69 if none does.")
public final class GuestsCommand extends DaemonCommand {
    /** The sort keys of guests; numbers begin with the largest. */
    private enum Sort {
        name(Comparator.comparing(GuestView::name)),
        connections(Comparator.comparingInt(GuestView::connections).reversed()),
        waiting(Comparator.comparingInt(GuestView::waiting).reversed()),
        bytes(Comparator.<GuestView>comparingLong(guest -> guest.today().bytes()).reversed()),
        scans(Comparator.<GuestView>comparingInt(guest -> guest.today().scans()).reversed());

        @SuppressWarnings("ImmutableEnumChecker") // made of functions without state
        private final Comparator<GuestView> order;

        Sort(Comparator<GuestView> order) {
            this.order = order;
        }
    }

    private enum State {
        open,
        paused,
        draining,
        denied
    }

    @Option(
            names = {"-w", "--wide"},
            description = "Show UUID, CID, what is left of the day, and the rule, too.")
    private boolean wide;

    @Option(
            names = {"-s", "--sort"},
            paramLabel = "KEY",
            defaultValue = "name",
            description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private Sort sort = Sort.name;

    @Option(
            names = {"-f", "--filter"},
            paramLabel = "TEXT",
            defaultValue = "",
            description = "Show guests with this text in their name or their tenant's.")
    private String filter = "";

    @Option(
            names = "--state",
            paramLabel = "STATE",
            description = "Show guests in this state: ${COMPLETION-CANDIDATES}.")
    private @Nullable State state;

    @Override
    public Integer call() throws CommandException {
        return show(
                new ControlRequest.Plain("guests"),
                ControlReply.Guests.class,
                (out, reply) -> print(out, reply.guests()));
    }

    private void print(PrintWriter out, List<GuestView> running) {
        List<GuestView> shown = running.stream().filter(this::isWanted).sorted(sort.order).toList();
        if (wide) {
            GuestsText.print(out, shown);
        } else {
            GuestsText.printNarrow(out, shown, running.size());
        }
    }

    private boolean isWanted(GuestView guest) {
        String text = filter.toLowerCase(Locale.ROOT);
        String tenant = guest.tenant() == null ? "" : guest.tenant();
        return (guest.name().toLowerCase(Locale.ROOT).contains(text)
                        || tenant.toLowerCase(Locale.ROOT).contains(text))
                && (state == null || state.name().equals(GuestsText.state(guest)));
    }
}
