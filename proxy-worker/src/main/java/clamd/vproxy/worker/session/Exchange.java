package clamd.vproxy.worker.session;

import clamd.vproxy.policies.Command;
import clamd.vproxy.worker.protocol.Reply;
import clamd.vproxy.worker.protocol.Request;
import clamd.vproxy.worker.protocol.Terminator;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.stream.Collectors;

/**
 * One guest request that clamd answers. The daemon opens one connection to clamd for it, and sends
 * one canonical command. Confined to the session thread.
 */
final class Exchange {
    private final Serving serving;
    private final ByteBuffer scratch;
    private boolean requestRead = true;

    Exchange(Serving serving, ByteBuffer scratch) {
        this.serving = serving;
        this.scratch = scratch;
    }

    /**
     * Forwards the request to clamd and returns the outcome.
     *
     * @param request a request for which clamd has a command
     * @throws SessionEnd if no answer is available
     */
    Outcome answer(Request request) throws SessionEnd {
        Command command = request.command().orElseThrow();
        serving.meter().asked(command);
        Reply reply = command == Command.INSTREAM ? relayStream() : relayRequest(command);
        if (reply instanceof Reply.Version(String version)) {
            serving.context().memory().ifPresent(memory -> memory.announced(version));
        }
        return request == Request.VERSIONCOMMANDS && reply instanceof Reply.Version(String version)
                ? Outcome.answered(Verdict.ANSWERED, version + "| COMMANDS: " + commands())
                : Outcome.of(reply);
    }

    /** Whether the whole request was read, so that another request may follow. */
    boolean isRequestRead() {
        return requestRead;
    }

    /**
     * Lists the allowed commands in the format of clamd ({@code clamd/session.c:print_commands}).
     */
    private String commands() {
        return Request.coveredBy(serving.limits().commands())
                .map(Request::name)
                .collect(Collectors.joining(" "));
    }

    private Reply relayStream() throws SessionEnd {
        serving.meter().enter(SessionStep.UPLOAD);
        try (StreamRelay relay = new StreamRelay(serving, scratch)) {
            try {
                return relay.relay();
            } finally {
                requestRead = relay.isWhole();
            }
        }
    }

    private Reply relayRequest(Command command) throws SessionEnd {
        serving.meter().enter(SessionStep.PLACE);
        try (Backend backend = Backend.open(serving, serving.context().clamds().requests())) {
            serving.meter().enter(SessionStep.REQUEST);
            long deadline = serving.now() + serving.limits().readTimeout().toNanos();
            scratch.clear().put(Terminator.NUL.terminate("z" + command.name())).flip();
            backend.send(scratch, deadline, Termination.CLAMD_TIMEOUT);
            return backend.receive(command, scratch, deadline, Termination.CLAMD_TIMEOUT);
        } catch (IOException e) {
            throw new SessionEnd(Termination.CLAMD_CLOSED, e.getMessage());
        }
    }
}
