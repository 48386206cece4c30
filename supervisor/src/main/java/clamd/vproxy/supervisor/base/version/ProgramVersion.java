package clamd.vproxy.supervisor.base.version;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.util.Properties;

/**
 * Which build of the program runs, as the build wrote it beside this class. Immutable.
 *
 * @param number the version of its package, a word; a snapshot's has its time and commit
 * @param release the release that it is, or leads to, a word
 * @param commit the abbreviated commit that it was built from
 * @param date when that commit was made, or the build of changes that are in no commit
 */
public record ProgramVersion(String number, String release, String commit, String date) {
    private static final String UNKNOWN = "unpackaged";
    private static final ProgramVersion CURRENT = read();

    /** The build of this JVM. */
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
