package clamd.vproxy.supervisor.commands;

import clamd.vproxy.supervisor.commands.common.CommandException;
import clamd.vproxy.supervisor.commands.common.ExitCode;
import clamd.vproxy.supervisor.commands.common.Logging;
import clamd.vproxy.supervisor.commands.options.ConfigurationFile;
import clamd.vproxy.supervisor.commands.options.ConfiguredDefaults;
import clamd.vproxy.supervisor.commands.run.RunCommand;
import clamd.vproxy.supervisor.reports.log.LogOutput;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.util.Arrays;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;

/** The entry point of the process. */
public final class Main {
    private Main() {}

    /** Runs the command in {@code arguments} and ends the process with its exit code. */
    public static void main(String[] arguments) {
        LogOutput.install();
        StandardOutput output = new StandardOutput(new FileOutputStream(FileDescriptor.out));
        int status = output.execute(commandLineFor(arguments), arguments);
        Logging.flush();
        System.exit(status);
    }

    /**
     * Returns the command line for these arguments: only the daemon's options if they cannot name a
     * command.
     */
    static CommandLine commandLineFor(String... arguments) {
        return commandLine(
                Arrays.stream(arguments).allMatch(Main::isOptionOfTheDaemon)
                        ? new RunCommand()
                        : new MainCommand(),
                arguments);
    }

    private static boolean isOptionOfTheDaemon(String argument) {
        return argument.startsWith("--") && !argument.equals("--help");
    }

    /** Returns the command line with all commands. */
    static CommandLine commandLine(String... arguments) {
        return commandLine(new MainCommand(), arguments);
    }

    private static CommandLine commandLine(RunCommand command, String... arguments) {
        ConfigurationFile configuration = ConfigurationFile.namedBy(arguments);
        UsageErrors errors = new UsageErrors(configuration);
        return new CommandLine(command)
                .setCaseInsensitiveEnumValuesAllowed(true)
                // a guest's name may begin with @ and does not name a file of arguments
                .setExpandAtFiles(false)
                .setDefaultValueProvider(new ConfiguredDefaults(configuration, System.getenv()))
                .setExitCodeExceptionMapper(Main::exitCode)
                .setParameterExceptionHandler(errors)
                .setExecutionExceptionHandler(
                        (failure, failed, _) -> failed(errors.located(failure, failed), failed));
    }

    private static int exitCode(Throwable failure) {
        return failure instanceof CommandException known
                ? known.exitCode().number()
                : ExitCode.INTERNAL.number();
    }

    private static int failed(Exception failure, CommandLine command) {
        // all of the log's lines before the exit
        Logging.flush();
        if (failure instanceof CommandException known) {
            String name = command.getCommandSpec().qualifiedName();
            String.valueOf(known.getMessage())
                    .lines()
                    .forEach(line -> command.getErr().println(name + ": " + line));
        } else if (!(failure instanceof InterruptedException)) {
            // an interrupt asks this thread to stop
            LoggerFactory.getLogger(Main.class)
                    .error("this is a defect; please report it", failure);
        }
        return exitCode(failure);
    }
}
