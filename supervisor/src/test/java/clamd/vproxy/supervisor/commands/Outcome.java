package clamd.vproxy.supervisor.commands;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;

/** The result of a command line. Immutable. */
public record Outcome(int exitCode, List<String> out, List<String> err) {
    /** Runs a command in this process; it must be one that ends by itself. */
    public static Outcome of(String... arguments) {
        Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        Level level = root.getLevel();
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine commandLine =
                Main.commandLine(arguments)
                        .setOut(new PrintWriter(out, true))
                        .setErr(new PrintWriter(err, true));
        try {
            int exitCode = commandLine.execute(arguments);
            return new Outcome(exitCode, lines(out), lines(err));
        } finally {
            root.setLevel(level);
        }
    }

    private static List<String> lines(StringWriter text) {
        return text.toString().lines().toList();
    }
}
