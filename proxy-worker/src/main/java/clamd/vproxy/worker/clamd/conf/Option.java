package clamd.vproxy.worker.clamd.conf;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The options of clamd.conf that the daemon uses, with clamd 1.4's upstream defaults written as a
 * clamd.conf would write them ({@code common/optparser.c}, table {@code clam_options}); null where
 * clamd has none.
 */
enum Option {
    MAX_THREADS("MaxThreads", Kind.NUMBER, "10"),
    MAX_QUEUE("MaxQueue", Kind.NUMBER, "100"),
    MAX_CONNECTION_QUEUE_LENGTH("MaxConnectionQueueLength", Kind.NUMBER, "200"),
    STREAM_MAX_LENGTH("StreamMaxLength", Kind.SIZE, "100M"),
    MAX_FILE_SIZE("MaxFileSize", Kind.SIZE, "100M"),
    MAX_SCAN_SIZE("MaxScanSize", Kind.SIZE, "400M"),
    READ_TIMEOUT("ReadTimeout", Kind.NUMBER, "120"),
    COMMAND_READ_TIMEOUT("CommandReadTimeout", Kind.NUMBER, "30"),
    MAX_SCAN_TIME("MaxScanTime", Kind.NUMBER, "120000"),
    ALERT_EXCEEDS_MAX("AlertExceedsMax", Kind.BOOLEAN, "no"),
    ALERT_ENCRYPTED("AlertEncrypted", Kind.BOOLEAN, "no"),
    ALERT_ENCRYPTED_ARCHIVE("AlertEncryptedArchive", Kind.BOOLEAN, "no"),
    ALERT_ENCRYPTED_DOC("AlertEncryptedDoc", Kind.BOOLEAN, "no"),
    ALERT_BROKEN_EXECUTABLES("AlertBrokenExecutables", Kind.BOOLEAN, "no"),
    SELF_CHECK("SelfCheck", Kind.NUMBER, "600"),
    DATABASE_DIRECTORY("DatabaseDirectory", Kind.TEXT, null),
    DISABLE_CACHE("DisableCache", Kind.BOOLEAN, "no"),
    TCP_SOCKET("TCPSocket", Kind.NUMBER, "0"),
    LOCAL_SOCKET_MODE("LocalSocketMode", Kind.MODE, "666"),
    LOCAL_SOCKET("LocalSocket", Kind.TEXT, null),
    LOCAL_SOCKET_GROUP("LocalSocketGroup", Kind.TEXT, null),
    TEMPORARY_DIRECTORY("TemporaryDirectory", Kind.TEXT, null),
    TCP_ADDR("TCPAddr", Kind.TEXT, null),
    USER("User", Kind.TEXT, null);

    /** The ways in which clamd parses a value. */
    enum Kind {
        NUMBER,
        SIZE,
        BOOLEAN,
        MODE,
        TEXT
    }

    private static final Map<String, Option> BY_NAME =
            Arrays.stream(values())
                    .collect(Collectors.toMap(option -> option.optionName, Function.identity()));

    private final String optionName;
    private final Kind kind;
    private final @Nullable String defaultValue;

    Option(String optionName, Kind kind, @Nullable String defaultValue) {
        this.optionName = optionName;
        this.kind = kind;
        this.defaultValue = defaultValue;
    }

    /** Returns the option of exactly this name; names are case-sensitive in clamd. */
    static Optional<Option> named(String name) {
        return Optional.ofNullable(BY_NAME.get(name));
    }

    /** Returns the intended option if only the case of the name is wrong. */
    static Optional<Option> resembling(String name) {
        return Arrays.stream(values())
                .filter(option -> option.optionName.equalsIgnoreCase(name))
                .findFirst();
    }

    String optionName() {
        return optionName;
    }

    Kind kind() {
        return kind;
    }

    Optional<String> defaultValue() {
        return Optional.ofNullable(defaultValue);
    }

    /** Whether every occurrence counts; otherwise the first one wins. */
    boolean isList() {
        return this == TCP_ADDR;
    }
}
