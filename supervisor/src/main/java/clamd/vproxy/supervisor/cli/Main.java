package clamd.vproxy.supervisor.cli;

import java.io.PrintWriter;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;

/** Where the process begins. */
public final class Main {
    private Main() {}

    /** Runs the command in {@code arguments} and ends the process with its exit code. */
    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    /** The command line, ready to be executed. */
    static CommandLine commandLine() {
        return new CommandLine(new MainCommand())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExitCodeExceptionMapper(Main::exitCode)
                .setParameterExceptionHandler(Main::wrongUsage)
                .setExecutionExceptionHandler(Main::failed);
    }

    private static int exitCode(Throwable failure) {
        return failure instanceof CommandException known
                ? known.exitCode().number()
                : ExitCode.INTERNAL.number();
    }

    private static int wrongUsage(CommandLine.ParameterException failure, String[] arguments) {
        CommandLine command = failure.getCommandLine();
        PrintWriter err = command.getErr();
        String name = command.getCommandSpec().qualifiedName();
        err.println(name + ": " + failure.getMessage() + "; try --help");
        return ExitCode.USAGE.number();
    }

    private static int failed(
            Exception failure, CommandLine command, CommandLine.ParseResult parsed) {
        if (failure instanceof CommandException known) {
            String name = command.getCommandSpec().qualifiedName();
            String.valueOf(known.getMessage())
                    .lines()
                    .forEach(line -> command.getErr().println(name + ": " + line));
        } else if (!(failure instanceof InterruptedException)) {
            // interrupted is who was told to stop
            LoggerFactory.getLogger(Main.class)
                    .error("this is a defect; please report it", failure);
        }
        return exitCode(failure);
    }
}
