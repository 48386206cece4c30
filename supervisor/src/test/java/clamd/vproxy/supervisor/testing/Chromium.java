package clamd.vproxy.supervisor.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A real browser without a screen, Debian's package chromium. Confined to the test's thread. */
public final class Chromium {
    private static final long LIMIT_SECONDS = 90;

    private final Path folder;

    /**
     * @param folder of the test's own, for all that the browser leaves behind
     */
    public Chromium(Path folder) {
        this.folder = folder;
    }

    /**
     * Opens a page, lets its scripts run for a while of their own time, and returns what has become
     * of its elements, as HTML.
     */
    public String elementsOf(URI page) throws Exception {
        return run("--dump-dom", page.toString());
    }

    /** Takes a screenshot of the page, for a user who prefers dark pages or light ones. */
    public Path pictureOf(URI page, Path picture, int width, int height, boolean dark)
            throws Exception {
        run(
                "--screenshot=" + picture.toAbsolutePath(),
                "--window-size=" + width + "," + height,
                // Blink's PreferredColorScheme
                "--blink-settings=preferredColorScheme=" + (dark ? 0 : 1),
                page.toString());
        return picture;
    }

    private String run(String... last) throws Exception {
        Path out = folder.resolve("chromium.out");
        Path err = folder.resolve("chromium.err");
        List<String> command =
                new ArrayList<>(
                        List.of(
                                "chromium",
                                "--headless",
                                // containers have neither the rights for the one nor the other's
                                // size
                                "--no-sandbox",
                                "--disable-dev-shm-usage",
                                "--disable-gpu",
                                "--hide-scrollbars",
                                "--no-first-run",
                                "--user-data-dir=" + folder.resolve("chromium"),
                                "--virtual-time-budget=7000"));
        command.addAll(List.of(last));
        Process browser =
                new ProcessBuilder(command)
                        .redirectOutput(out.toFile())
                        .redirectError(err.toFile())
                        .start();
        try {
            if (!browser.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS) || browser.exitValue() != 0) {
                throw new IOException("chromium failed: " + Files.readString(err, UTF_8));
            }
            return Files.readString(out, UTF_8);
        } finally {
            browser.descendants().forEach(ProcessHandle::destroyForcibly);
            browser.destroyForcibly();
        }
    }
}
