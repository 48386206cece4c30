package clamd.vproxy.worker.protocol;

import clamd.vproxy.policies.Command;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What a guest can ask for. Immutable. */
public enum Request {
    /** A scan of the stream that follows. */
    INSTREAM(Command.INSTREAM),
    /** Whether clamd answers. */
    PING(Command.PING),
    /** clamd's engine and signature version. */
    VERSION(Command.VERSION),
    /** The version and the names of the commands that may be used. */
    VERSIONCOMMANDS(Command.VERSION),
    /** The beginning of a session of several numbered requests. */
    IDSESSION(null),
    /** The end of such a session; means nothing outside of one. */
    END(null);

    private final Optional<Command> command;

    Request(@Nullable Command command) {
        this.command = Optional.ofNullable(command);
    }

    /** The command that clamd is sent for it; empty if clamd learns nothing of it. */
    public Optional<Command> command() {
        return command;
    }

    /** The requests that a guest may make that may use these commands. */
    public static Stream<Request> coveredBy(Set<Command> allowed) {
        return Stream.of(values()).filter(request -> request.isCoveredBy(allowed));
    }

    /**
     * What it is called beyond the command that clamd is sent for it; empty if that is its name.
     */
    public String alias() {
        return command.filter(sent -> sent.name().equals(name())).isPresent() ? "" : name();
    }

    /** Whether a guest that may use these commands may ask for it. */
    public boolean isCoveredBy(Set<Command> allowed) {
        return command.map(allowed::contains).orElse(!allowed.isEmpty());
    }
}
