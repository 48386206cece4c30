package clamd.vproxy.supervisor.commands;

import clamd.vproxy.supervisor.commands.common.ExitCode;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;

/**
 * The standard output of a command, which keeps the first failure to write. A {@link PrintWriter}
 * alone swallows such a failure, and the command would exit with 0 although its output is lost.
 * Confined to one thread.
 */
final class StandardOutput extends FilterOutputStream {
    private @Nullable IOException failure;

    StandardOutput(OutputStream out) {
        super(out);
    }

    /**
     * Runs the command with this output and returns its exit code, or {@link ExitCode#OUTPUT} if
     * output was lost.
     */
    int execute(CommandLine commandLine, String... arguments) {
        PrintWriter writer = new PrintWriter(new OutputStreamWriter(this, charset()), true);
        int exitCode = commandLine.setOut(writer).execute(arguments);
        writer.flush();
        if (failure == null) {
            return exitCode;
        }
        commandLine
                .getErr()
                .println("clamd-vproxy: the output cannot be written: " + failure.getMessage());
        return ExitCode.OUTPUT.number();
    }

    /** Returns the output's charset, which the JVM derives from the locale. */
    private static Charset charset() {
        return Charset.forName(System.getProperty("stdout.encoding", "UTF-8"));
    }

    @Override
    public void write(int octet) throws IOException {
        write(new byte[] {(byte) octet}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        try {
            out.write(bytes, offset, length);
        } catch (IOException e) {
            failure = failure == null ? e : failure;
            throw e;
        }
    }
}
