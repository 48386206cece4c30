package clamd.vproxy.worker.memory;

import clamd.vproxy.worker.clamd.SignatureVersion;
import clamd.vproxy.worker.clamd.conf.ClamdConf;
import clamd.vproxy.worker.clamd.conf.ClamdConfException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Detects from the files of one clamd on this host what its version does not show: that clamd was
 * restarted, that its configuration was edited, and that a signature file other than ClamAV's daily
 * one has changed. The moment at which clamd loads such a file cannot be observed. So its verdicts
 * count as uncertain from the change until clamd must have loaded the file. Confined to one thread.
 */
public final class LoadedFiles {
    /**
     * The attributes that identify a file's version; they change with every edit, even if size and
     * time are kept.
     */
    private static final String IDENTITY = "unix:ino,size,ctime,lastModifiedTime";

    /**
     * The names of signature files: all of clamd's own list ({@code libclamav/others.h:CLI_DBEXT}),
     * and a few more.
     */
    private static final Pattern SIGNATURES =
            Pattern.compile("[^.].*\\.(?!dat|tmp)[a-z]{2,4}[a-z0-9]?", Pattern.CASE_INSENSITIVE);

    /** The longest time that clamd needs to load its signatures, before it creates its socket. */
    private static final Duration LOADING = Duration.ofMinutes(2);

    private final String clamd;
    private final Path conf;
    private final InstantSource clock;

    private ClamdConf read;
    private Optional<Object> readFrom = Optional.empty();

    private Map<Path, Map<String, Object>> seen = Map.of();
    private Instant changedAt = Instant.MIN;

    /** clamd's version as of the last answer before the latest change was seen. */
    private @Nullable SignatureVersion before;

    private @Nullable SignatureVersion last;

    /**
     * @param clamd the address at which clamd listens
     * @param conf the file from which the configuration {@code read} was read
     */
    public LoadedFiles(String clamd, Path conf, ClamdConf read, InstantSource clock) {
        this.clamd = clamd;
        this.conf = conf;
        this.read = read;
        this.clock = clock;
    }

    /**
     * Returns the identity of the files that clamd has loaded, to be compared by {@code equals};
     * empty if clamd may not have loaded the present files yet.
     *
     * @param version clamd's present version
     */
    public Optional<Object> seen(SignatureVersion version) {
        Map<Path, Map<String, Object>> now;
        try {
            readConf();
            now = databaseFiles();
        } catch (IOException | ClamdConfException _) {
            return unseen(version);
        }
        if (!now.equals(seen)) {
            changedAt = seen.isEmpty() ? newest(now) : clock.instant();
            before = last;
            seen = now;
        }
        last = version;
        Map<Path, Map<String, Object>> all = new TreeMap<>(now);
        add(conf, all);
        Path socket = Path.of(clamd);
        if (clamd.startsWith("/")) {
            add(socket, all);
        }
        return isLoaded(version, all.get(socket)) ? Optional.of(all) : Optional.empty();
    }

    private void readConf() throws IOException, ClamdConfException {
        Optional<Object> identity = Optional.of(Files.readAttributes(conf, IDENTITY));
        if (!identity.equals(readFrom)) {
            read = ClamdConf.read(conf);
            readFrom = identity;
        }
    }

    /**
     * Returns the identity of the signatures where their files are not visible: their daily number.
     */
    public static Optional<Object> unseen(SignatureVersion version) {
        return version.signatures().map(signatures -> (Object) signatures);
    }

    private boolean isLoaded(SignatureVersion version, @Nullable Map<String, Object> socket) {
        boolean reloaded = before != null && !version.equals(before);
        boolean restarted =
                socket != null
                        && socket.get("ctime") instanceof FileTime made
                        && made.toInstant().isAfter(changedAt.plus(LOADING));
        boolean due =
                !read.selfCheck().isZero()
                        && clock.instant().isAfter(changedAt.plus(read.selfCheck()).plus(LOADING));
        return reloaded || restarted || due;
    }

    private Map<Path, Map<String, Object>> databaseFiles() throws IOException {
        Map<Path, Map<String, Object>> files = new TreeMap<>();
        try (DirectoryStream<Path> folder =
                Files.newDirectoryStream(
                        read.databaseDirectory(),
                        file -> SIGNATURES.matcher(name(file)).matches())) {
            for (Path file : folder) {
                add(file, files);
            }
        }
        return files;
    }

    private static String name(Path file) {
        return String.valueOf(file.getFileName());
    }

    private static void add(Path file, Map<Path, Map<String, Object>> files) {
        try {
            files.put(file, Files.readAttributes(file, IDENTITY));
        } catch (IOException _) {
            // the file was deleted after it was listed
        }
    }

    private static Instant newest(Map<Path, Map<String, Object>> files) {
        return files.values().stream()
                .map(identity -> identity.get("lastModifiedTime"))
                .filter(FileTime.class::isInstance)
                .map(modified -> ((FileTime) modified).toInstant())
                .max(Instant::compareTo)
                .orElse(Instant.EPOCH);
    }
}
