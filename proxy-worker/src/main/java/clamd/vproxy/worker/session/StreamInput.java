package clamd.vproxy.worker.session;

import clamd.vproxy.policies.Limits;
import clamd.vproxy.worker.rate.ByteRate;
import clamd.vproxy.worker.session.SessionControl.Phase;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Reads a stream from a guest, at the guest's byte rate and within its time limits. Confined to the
 * session thread.
 */
final class StreamInput {
    private final Serving serving;
    private final GuestInput input;
    private final SessionControl control;
    private final SessionMeter meter;
    private final Limits limits;
    private final ByteRate.Allowance allowance;

    StreamInput(Serving serving) {
        this.serving = serving;
        this.input = serving.input();
        this.control = serving.control();
        this.meter = serving.meter();
        this.limits = serving.limits();
        this.allowance = serving.share().upload();
    }

    /**
     * Reads at least one byte.
     *
     * @param deadlineNanos when the stream timeout ends
     * @throws SessionEnd if the guest sends nothing in time, or its stream ends here
     */
    void read(ByteBuffer buffer, long deadlineNanos) throws SessionEnd {
        if (input.hasPutBack()) {
            // these bytes were already counted for the byte rate
            readFromGuest(buffer, deadlineNanos);
        } else {
            readWithinRate(buffer, deadlineNanos);
        }
    }

    /** Reads as much as the guest's byte rate allows, after a pause if it allows nothing yet. */
    private void readWithinRate(ByteBuffer buffer, long deadlineNanos) throws SessionEnd {
        int before = buffer.position();
        allowance.take(buffer.remaining());
        try {
            if (allowance.isEarly()) {
                pause(deadlineNanos);
            }
            buffer.limit(before + allowance.bytes());
            readFromGuest(buffer, deadlineNanos);
        } finally {
            allowance.used(buffer.position() - before);
        }
    }

    /** Waits for the byte rate; the stream timeout keeps running. */
    private void pause(long deadlineNanos) throws SessionEnd {
        meter.enter(SessionStep.RATE_PAUSE);
        boolean usable;
        try {
            usable = control.await(allowance::withdraw, () -> allowance.await(deadlineNanos));
        } finally {
            meter.enter(SessionStep.UPLOAD);
        }
        control.throwIfEnded();
        if (!usable) {
            throw new SessionEnd(Termination.STREAM_TIMEOUT, "paused by the byte rate");
        }
    }

    private void readFromGuest(ByteBuffer buffer, long deadlineNanos) throws SessionEnd {
        long now = serving.now();
        long silenceEnds = now + limits.readTimeout().toNanos();
        boolean silenceEndsFirst = silenceEnds - deadlineNanos < 0;
        control.enter(
                Phase.GUEST_INPUT,
                silenceEndsFirst ? silenceEnds : deadlineNanos,
                silenceEndsFirst ? Termination.READ_TIMEOUT : Termination.STREAM_TIMEOUT);
        if (now - deadlineNanos >= 0) {
            // a guest that keeps sending never blocks, so the watchdog alone would not end it here
            throw new SessionEnd(Termination.STREAM_TIMEOUT);
        }
        int count;
        try {
            count = input.read(buffer);
            meter.heard(now);
        } catch (IOException e) {
            control.throwIfEnded();
            throw new SessionEnd(Termination.GUEST_LEFT, e.getMessage());
        }
        if (count < 0) {
            control.throwIfEnded();
            throw new SessionEnd(Termination.STREAM_INCOMPLETE);
        }
    }
}
