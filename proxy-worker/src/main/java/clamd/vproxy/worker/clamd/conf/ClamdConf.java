package clamd.vproxy.worker.clamd.conf;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * The part of a clamd.conf that decides how clamd treats the daemon's streams, with clamd 1.4's
 * defaults for options that are not set. Immutable.
 */
public final class ClamdConf {
    /**
     * The longest file that libclamav 1.4 scans, in bytes: a larger MaxFileSize, and 0, are capped
     * at it ({@code libclamav/others.c:cl_engine_set_num}, {@code INT_MAX - 2}).
     */
    public static final long LARGEST_SCANNED_FILE_BYTES = Integer.MAX_VALUE - 2L;

    private final Map<Option, Long> wholes = new EnumMap<>(Option.class);
    private final Map<Option, List<String>> texts = new EnumMap<>(Option.class);

    ClamdConf(Map<Option, Long> wholes, Map<Option, List<String>> texts) {
        this.wholes.putAll(wholes);
        texts.forEach((option, values) -> this.texts.put(option, List.copyOf(values)));
    }

    /**
     * Reads a clamd.conf by the grammar of ClamAV 1.4. Options that the daemon does not use are
     * only checked for having a value, because their names differ between versions.
     *
     * @throws ClamdConfException if clamd would refuse to start with the file
     * @throws IOException if the file cannot be read
     */
    public static ClamdConf read(Path file) throws ClamdConfException, IOException {
        return ClamdConfReader.read(file, Files.readAllBytes(file));
    }

    /** Returns the number of scans that clamd runs at the same time, at least 1. */
    public int maxThreads() {
        return number(Option.MAX_THREADS);
    }

    /**
     * Returns the bound on clamd's jobs and on its connections without a finished command, as clamd
     * adjusts it at start: at least twice {@link #maxThreads}. This ignores clamd's reduction when
     * its RLIMIT_NOFILE is low, which is a property of its process, not of the file ({@code
     * clamd/server-th.c:recvloop}).
     */
    public int maxQueue() {
        return (int) Math.max(configuredMaxQueue(), Math.min(2L * maxThreads(), Integer.MAX_VALUE));
    }

    /** Returns MaxQueue as in the file, before clamd's adjustment. */
    public int configuredMaxQueue() {
        return number(Option.MAX_QUEUE);
    }

    /** Returns the listen backlog of clamd's sockets, in connections. */
    public int maxConnectionQueueLength() {
        return number(Option.MAX_CONNECTION_QUEUE_LENGTH);
    }

    /** Returns the longest stream that clamd accepts, in bytes; empty means unlimited. */
    public OptionalLong streamMaxLength() {
        return size(Option.STREAM_MAX_LENGTH);
    }

    /**
     * Returns the longest file that clamd scans, in bytes. It is never unlimited: 0 and any larger
     * number mean {@link #LARGEST_SCANNED_FILE_BYTES}.
     */
    public long maxFileSize() {
        return Math.min(whole(Option.MAX_FILE_SIZE), LARGEST_SCANNED_FILE_BYTES);
    }

    /**
     * Returns the most that clamd scans of one file and everything unpacked from it, in bytes;
     * empty means unlimited.
     */
    public OptionalLong maxScanSize() {
        return size(Option.MAX_SCAN_SIZE);
    }

    /**
     * Returns how long a stream may be silent, in whole seconds; with zero, clamd gives up at the
     * first pause.
     */
    public Duration readTimeout() {
        return Duration.ofSeconds(number(Option.READ_TIMEOUT));
    }

    /**
     * Returns how long a complete command may take after the accept, in whole seconds; with zero,
     * clamd waits without limit.
     */
    public Duration commandReadTimeout() {
        return Duration.ofSeconds(number(Option.COMMAND_READ_TIMEOUT));
    }

    /** Returns how long clamd scans one file; empty means unlimited. */
    public Optional<Duration> maxScanTime() {
        int millis = number(Option.MAX_SCAN_TIME);
        return millis == 0 ? Optional.empty() : Optional.of(Duration.ofMillis(millis));
    }

    /** Whether clamd reports a file over a limit as found instead of as OK. */
    public boolean alertExceedsMax() {
        return number(Option.ALERT_EXCEEDS_MAX) == 1;
    }

    /** Whether clamd reports an encrypted archive or document as found instead of as OK. */
    public boolean alertEncrypted() {
        return number(Option.ALERT_ENCRYPTED) == 1
                || (number(Option.ALERT_ENCRYPTED_ARCHIVE) == 1
                        && number(Option.ALERT_ENCRYPTED_DOC) == 1);
    }

    /** Whether clamd reports an executable that it cannot parse as found instead of as OK. */
    public boolean alertBrokenExecutables() {
        return number(Option.ALERT_BROKEN_EXECUTABLES) == 1;
    }

    /** Whether clamd keeps no cache of clean files. */
    public boolean disableCache() {
        return number(Option.DISABLE_CACHE) == 1;
    }

    /**
     * Returns the directory from which clamd loads its signatures, {@code /var/lib/clamav} if
     * unset.
     */
    public Path databaseDirectory() {
        return Path.of(text(Option.DATABASE_DIRECTORY).orElse("/var/lib/clamav"));
    }

    /** Returns how often clamd checks whether its signatures have changed; zero = never. */
    public Duration selfCheck() {
        return Duration.ofSeconds(number(Option.SELF_CHECK));
    }

    /** Returns the Unix socket that clamd listens on, if any. */
    public Optional<Path> localSocket() {
        return text(Option.LOCAL_SOCKET).map(Path::of);
    }

    /**
     * Returns the directory where clamd keeps streams while it receives and scans them, {@code
     * /tmp} if unset.
     */
    public Path temporaryDirectory() {
        return Path.of(text(Option.TEMPORARY_DIRECTORY).orElse("/tmp"));
    }

    /**
     * Returns the permission bits of the Unix socket, 0666 if unset. A socket opened by systemd has
     * the mode that its unit sets instead.
     */
    public int localSocketMode() {
        return number(Option.LOCAL_SOCKET_MODE);
    }

    /** Returns the group of the Unix socket, if set (LocalSocketGroup). */
    public Optional<String> group() {
        return text(Option.LOCAL_SOCKET_GROUP);
    }

    /** Returns the TCP port that clamd listens on, if any. */
    public OptionalInt tcpSocket() {
        int port = number(Option.TCP_SOCKET);
        return port == 0 ? OptionalInt.empty() : OptionalInt.of(port);
    }

    /**
     * Returns the addresses or host names that clamd binds its TCP port to; an empty list means
     * every address of the host.
     */
    public List<String> tcpAddr() {
        return texts.getOrDefault(Option.TCP_ADDR, List.of());
    }

    /** Returns the user that clamd switches to when root starts it, if set. */
    public Optional<String> user() {
        return text(Option.USER);
    }

    /**
     * Returns the longest stream, in bytes, for which OK means that clamd has scanned it: the
     * smallest of StreamMaxLength, MaxFileSize and MaxScanSize. clamd refuses a longer one or,
     * worse, answers OK without scanning it.
     */
    public long largestHonestStream() {
        return bytes(bindingLimit());
    }

    /**
     * Returns which of the three options determines {@link #largestHonestStream}; of equal ones,
     * the first named there.
     */
    public StreamBound bindingLimit() {
        StreamBound smallest = StreamBound.STREAM_MAX_LENGTH;
        for (StreamBound bound : StreamBound.values()) {
            if (bytes(bound) < bytes(smallest)) {
                smallest = bound;
            }
        }
        return smallest;
    }

    private long bytes(StreamBound bound) {
        return switch (bound) {
            case STREAM_MAX_LENGTH -> whole(Option.STREAM_MAX_LENGTH);
            case MAX_FILE_SIZE -> maxFileSize();
            case MAX_SCAN_SIZE -> whole(Option.MAX_SCAN_SIZE);
        };
    }

    private OptionalLong size(Option option) {
        long bytes = whole(option);
        return bytes == Values.UNLIMITED ? OptionalLong.empty() : OptionalLong.of(bytes);
    }

    private int number(Option option) {
        return Math.toIntExact(whole(option));
    }

    private long whole(Option option) {
        Long set = wholes.get(option);
        return set != null ? set : defaultOf(option);
    }

    private static long defaultOf(Option option) {
        try {
            return Values.whole(option, option.defaultValue().orElseThrow());
        } catch (Values.Refused e) {
            throw new IllegalStateException("default of " + option.optionName(), e);
        }
    }

    private Optional<String> text(Option option) {
        return texts.getOrDefault(option, List.of()).stream().findFirst();
    }
}
