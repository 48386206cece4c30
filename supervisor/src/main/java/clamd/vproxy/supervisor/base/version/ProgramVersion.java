package clamd.vproxy.supervisor.base.version;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.util.Properties;

/**
 * The version of the running program, from a file that the build writes next to this class.
 * Immutable.
 *
 * @param number the package's version, a word; a snapshot's version includes time and commit
 * @param release the release itself, or the one that a snapshot precedes, a word
 * @param commit the abbreviated commit of the build
 * @param date the time of that commit, or of the build if it has uncommitted changes
 */
public record ProgramVersion(String number, String release, String commit, String date) {
    private static final String UNKNOWN = "unpackaged";
    private static final ProgramVersion CURRENT = read();

    /** Returns the version of the program that runs in this JVM. */
    public static ProgramVersion current() {
        return CURRENT;
    }

    private static ProgramVersion read() {
        Properties build = new Properties();
        try (InputStream file = ProgramVersion.class.getResourceAsStream("build.properties")) {
            if (file != null) {
                build.load(new InputStreamReader(file, UTF_8));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the program's own jar cannot be read", e);
        }
        return new ProgramVersion(
                build.getProperty("number", UNKNOWN),
                build.getProperty("release", UNKNOWN),
                build.getProperty("commit", UNKNOWN),
                build.getProperty("date", UNKNOWN));
    }
}
