package clamd.vproxy.supervisor.commands.top;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import clamd.vproxy.supervisor.base.threads.SupervisorThreads;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The terminal that the process was started from: its alternate screen, its keys one by one. {@link
 * #close} restores the terminal's settings, and so does the end by a signal. It reads and changes
 * the settings with {@code stty}, which is part of coreutils like {@code ls}.
 *
 * <p>Confined to one thread, except for the restoration, which a shutdown of the JVM also runs.
 */
public final class TtyScreen implements Screen, AutoCloseable {
    private static final String TTY = "/dev/tty";
    private static final String ENTER = "\u001b[?1049h\u001b[?25l";
    private static final String LEAVE = "\u001b[?25h\u001b[?1049l";
    private static final String HOME = "\u001b[H";
    private static final String ERASE_TO_END_OF_LINE = "\u001b[K";
    private static final String ERASE_TO_END_OF_SCREEN = "\u001b[J";
    private static final long STTY_LIMIT_SECONDS = 10;

    private static final Size USUAL = new Size(80, 24);

    private final InputStream keys;
    private final OutputStream out;
    private final String before;
    private final AtomicBoolean left = new AtomicBoolean();
    private final Thread wayBack;

    private TtyScreen(InputStream keys, OutputStream out, String before) {
        this.keys = keys;
        this.out = out;
        this.before = before;
        this.wayBack = SupervisorThreads.unstarted("terminal", this::leave);
    }

    /**
     * Takes over the terminal.
     *
     * @throws IOException if there is none
     */
    public static TtyScreen open() throws IOException {
        String before = stty("-g");
        InputStream keys = new FileInputStream(TTY);
        OutputStream out;
        try {
            out = new FileOutputStream(TTY);
        } catch (IOException e) {
            keys.close();
            throw e;
        }
        TtyScreen screen = new TtyScreen(keys, out, before);
        Runtime.getRuntime().addShutdownHook(screen.wayBack);
        try {
            // a read returns after a tenth of a second; without susp, because a suspended view
            // would stay on the terminal
            stty("-icanon", "-echo", "min", "0", "time", "1", "susp", "undef");
            screen.write(ENTER);
            return screen;
        } catch (IOException e) {
            screen.close();
            throw e;
        }
    }

    @Override
    public Size size() throws IOException {
        String[] numbers = stty("size").split(" ", -1);
        int height = Integer.parseInt(numbers[0]);
        int width = Integer.parseInt(numbers[1]);
        // a terminal on a serial line does not know its size
        return height > 0 && width > 0 ? new Size(width, height) : USUAL;
    }

    @Override
    public void show(Iterable<String> lines) throws IOException {
        StringBuilder text = new StringBuilder(HOME);
        String between = "";
        for (String line : lines) {
            text.append(between).append(line).append(ERASE_TO_END_OF_LINE);
            between = "\r\n";
        }
        write(text.append(ERASE_TO_END_OF_SCREEN).toString());
    }

    @Override
    public OptionalInt key() throws IOException {
        int key = keys.read();
        return key < 0 ? OptionalInt.empty() : OptionalInt.of(key);
    }

    private void write(String text) throws IOException {
        out.write(text.getBytes(UTF_8));
        out.flush();
    }

    private void leave() {
        if (left.compareAndSet(false, true)) {
            try {
                write(LEAVE);
                stty(before);
            } catch (IOException _) {
                // the terminal is gone
            }
        }
    }

    private static String stty(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("stty", "-F", TTY));
        command.addAll(List.of(arguments));
        Process stty = new ProcessBuilder(command).redirectErrorStream(true).start();
        try (InputStream output = stty.getInputStream()) {
            String text = new String(output.readAllBytes(), US_ASCII).strip();
            if (!stty.waitFor(STTY_LIMIT_SECONDS, TimeUnit.SECONDS) || stty.exitValue() != 0) {
                throw new IOException(text);
            }
            return text;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } finally {
            stty.destroy();
        }
    }

    /** Restores the terminal. */
    @Override
    public void close() throws IOException {
        leave();
        try {
            Runtime.getRuntime().removeShutdownHook(wayBack);
        } catch (IllegalStateException _) {
            // the JVM ends, and its shutdown has restored the terminal
        }
        try (keys) {
            out.close();
        }
    }
}
