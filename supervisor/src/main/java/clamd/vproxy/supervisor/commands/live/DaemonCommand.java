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

/** What the commands have in common that ask the running daemon. */
public abstract class DaemonCommand implements Callable<Integer> {
    @Option(names = "--json", description = "Print JSON.")
    protected boolean json;

    @Mixin protected ControlOptions control = new ControlOptions();

    @Spec protected CommandSpec spec = CommandSpec.create();

    /** Where the command's output goes. */
    protected PrintWriter out() {
        return spec.commandLine().getOut();
    }

    /**
     * Asks, and prints the reply as JSON if that is wanted, else as {@code text} does.
     *
     * @throws CommandException if there is no daemon, or it does not do what it is asked
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
