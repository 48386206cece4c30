package clamd.vproxy.worker.protocol;

import clamd.vproxy.policies.Command;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The requests that a guest can make. Immutable. */
public enum Request {
    /** Asks for a scan of the stream that follows. */
    INSTREAM(Command.INSTREAM),
    /** Asks whether clamd answers. */
    PING(Command.PING),
    /** Asks for clamd's engine and signature version. */
    VERSION(Command.VERSION),
    /** Asks for the version and the names of the allowed commands. */
    VERSIONCOMMANDS(Command.VERSION),
    /** Begins a session of several numbered requests. */
    IDSESSION(null),
    /** Ends such a session; has no meaning outside of one. */
    END(null);

    private final Optional<Command> command;

    Request(@Nullable Command command) {
        this.command = Optional.ofNullable(command);
    }

    /** Returns the command that the daemon sends to clamd; empty if it sends none. */
    public Optional<Command> command() {
        return command;
    }

    /** Returns the requests that a guest with these allowed commands may make. */
    public static Stream<Request> coveredBy(Set<Command> allowed) {
        return Stream.of(values()).filter(request -> request.isCoveredBy(allowed));
    }

    /**
     * Returns the request's name if it differs from that of the command sent to clamd; otherwise
     * empty.
     */
    public String alias() {
        return command.filter(sent -> sent.name().equals(name())).isPresent() ? "" : name();
    }

    /** Whether a guest with these allowed commands may make this request. */
    public boolean isCoveredBy(Set<Command> allowed) {
        return command.map(allowed::contains).orElse(!allowed.isEmpty());
    }
}
