package clamd.vproxy.worker.session;

import clamd.vproxy.policies.Limits;
import clamd.vproxy.policies.Tenant;
import clamd.vproxy.policies.VerdictScope;
import clamd.vproxy.worker.memory.Recall;
import clamd.vproxy.worker.memory.StreamKey;
import clamd.vproxy.worker.memory.VerdictMemory;
import clamd.vproxy.worker.protocol.Reply;
import clamd.vproxy.worker.shares.Owner;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Connects one stream to the verdict memory; does nothing if the guest's policy disables the
 * memory. Confined to the session thread.
 */
final class StreamMemory implements AutoCloseable {
    private final Serving serving;
    private final Optional<VerdictMemory> memory;

    /** The lookup in the memory; null until the stream is complete. */
    private @Nullable Recall recall;

    StreamMemory(Serving serving) {
        this.serving = serving;
        this.memory =
                serving.context().memory().filter(_ -> !serving.limits().verdictMemory().isZero());
    }

    /** Whether the stream's hash is needed. */
    boolean isOn() {
        return memory.isPresent();
    }

    /** Begins the lookup for a stream that has been received completely. */
    void received(byte[] sha256) {
        Limits limits = serving.limits();
        Owner owner = serving.share().owner();
        // a guest that is its own tenant shares verdicts with no other guest
        boolean shared =
                limits.verdictScope() == VerdictScope.TENANT
                        && !(owner.tenant() instanceof Tenant.OneGuest);
        Object scope = shared ? owner.tenant() : owner;
        recall =
                memory.map(on -> on.recall(scope, StreamKey.of(sha256), limits.verdictMemory()))
                        .orElse(null);
    }

    /**
     * Returns clamd's remembered reply to an earlier stream with this content; if such a stream is
     * being scanned for the scope, waits for that scan.
     *
     * @param deadlineNanos when to stop waiting, on the monotonic clock
     */
    Optional<Reply> await(long deadlineNanos) throws SessionEnd {
        Recall asked = recall;
        return asked == null ? Optional.empty() : await(asked, () -> asked.await(deadlineNanos));
    }

    /** Like {@link #await}, for a stream without an upload permit: no other stream waits for it. */
    Optional<Reply> awaitOthers(long deadlineNanos) throws SessionEnd {
        Recall asked = recall;
        return asked == null
                ? Optional.empty()
                : await(asked, () -> asked.awaitOthers(deadlineNanos));
    }

    private Optional<Reply> await(Recall asked, Supplier<Optional<Recall.Verdict>> wait)
            throws SessionEnd {
        Optional<Reply> found =
                serving.control().await(asked::withdraw, wait).map(StreamMemory::reply);
        serving.control().throwIfEnded();
        return found;
    }

    private static Reply reply(Recall.Verdict verdict) {
        return verdict.signature().<Reply>map(Reply.Infected::new).orElseGet(Reply.Clean::new);
    }

    /** Passes on clamd's reply to the completely scanned stream. */
    void scanned(Reply reply) {
        Recall asked = recall;
        if (asked == null) {
            return;
        }
        switch (reply) {
            case Reply.Clean() -> asked.scanned(Optional.empty());
            case Reply.Infected(String signature)
                    when Verdict.ofFound(signature) == Verdict.INFECTED ->
                    asked.scanned(Optional.of(signature));
            case Reply.Infected _ -> asked.notRemembered();
            default -> {}
        }
    }

    @Override
    public void close() {
        if (recall != null) {
            recall.close();
        }
    }
}
