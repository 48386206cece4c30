package clamd.vproxy.supervisor.cli;

import clamd.vproxy.supervisor.control.GuestsReply;
import clamd.vproxy.supervisor.json.Json;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code clamd-vproxy guests}: who runs, and what each has used and has left today. */
@Command(
        name = "guests",
        mixinStandardHelpOptions = true,
        versionProvider = BuildVersion.class,
        sortOptions = false,
        header = "Lists the guests that run, with their connections and what is left of their day.",
        description = "Ends with 0 if a daemon answers, 69 if none does.")
final class GuestsCommand implements Callable<Integer> {
    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Mixin private ControlOptions control = new ControlOptions();

    @Spec private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws CommandException {
        GuestsReply reply = control.ask("guests", GuestsReply.class);
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            Json.print(out, reply);
        } else {
            GuestsText.print(out, reply.guests());
        }
        return ExitCode.OK.number();
    }
}
