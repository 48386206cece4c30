package clamd.vproxy.supervisor.commands.live;

import clamd.vproxy.supervisor.commands.common.BuildVersion;
import clamd.vproxy.supervisor.commands.common.CommandException;
import clamd.vproxy.supervisor.reports.control.ControlReply;
import clamd.vproxy.supervisor.reports.control.ControlRequest;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code clamd-vproxy memory}: groups the commands on the verdict memory. */
@Command(
        name = "memory",
        mixinStandardHelpOptions = true,
        versionProvider = BuildVersion.class,
        subcommands = MemoryCommand.Clear.class,
        header = "Forgets remembered verdicts.")
public final class MemoryCommand {
    /** {@code clamd-vproxy memory clear}: forgets verdicts. */
    @Command(
            name = "clear",
            mixinStandardHelpOptions = true,
            versionProvider = BuildVersion.class,
            sortOptions = false,
            header = "Forgets remembered verdicts: all, or those of a guest or a tenant.",
            description =
                    "The next stream with such a content is scanned again. Ends with 0, 1 if there"
                            + " is no such guest, 69 if no daemon answers.")
    static final class Clear extends DaemonCommand {
        @ArgGroup private Target target = new Target();

        static final class Target {
            @Option(
                    names = "--guest",
                    paramLabel = "GUEST",
                    description = "What is remembered for this guest alone: its name, UUID or CID.")
            private @Nullable String guest;

            @Option(
                    names = "--tenant",
                    paramLabel = "TENANT",
                    description = "What is remembered for this tenant's guests.")
            private @Nullable String tenant;
        }

        @Override
        public Integer call() throws CommandException {
            return show(
                    new ControlRequest.OfGuests("memory clear", target.guest, target.tenant, null),
                    ControlReply.MemoryClear.class,
                    (out, reply) -> out.printf("Verdicts forgotten: %d%n", reply.forgotten()));
        }
    }
}
