package clamd.vproxy.supervisor.commands.live;

import clamd.vproxy.supervisor.base.json.Json;
import clamd.vproxy.supervisor.commands.common.CommandException;
import clamd.vproxy.supervisor.commands.common.ExitCode;
import clamd.vproxy.supervisor.commands.options.ControlOptions;
import clamd.vproxy.supervisor.reports.control.ControlRequest;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import java.util.function.BiConsumer;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The common part of the commands that send requests to the running daemon. */
public abstract class DaemonCommand implements Callable<Integer> {
    @Option(names = "--json", description = "Print JSON.")
    protected boolean json;

    @Mixin protected ControlOptions control = new ControlOptions();

    @Spec protected CommandSpec spec = CommandSpec.create();

    /** Returns the writer for the command's output. */
    protected PrintWriter out() {
        return spec.commandLine().getOut();
    }

    /**
     * Sends the request, and prints the reply as JSON if the user asked for that, otherwise as
     * {@code text} does.
     *
     * @throws CommandException if there is no daemon, or it refuses the request
     */
    protected <T> Integer show(
            ControlRequest request, Class<T> kind, BiConsumer<PrintWriter, T> text)
            throws CommandException {
        if (json) {
            Json.print(out(), control.ask(request, Object.class));
        } else {
            text.accept(out(), control.ask(request, kind));
            out().flush();
        }
        return ExitCode.OK.number();
    }
}
