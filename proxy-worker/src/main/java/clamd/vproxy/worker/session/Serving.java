package clamd.vproxy.worker.session;

import clamd.vproxy.policies.Limits;

/**
 * What it takes to serve one request. Confined to the session thread.
 *
 * @param input where the guest's bytes come from
 * @param share what the guest's sessions have in common
 * @param limits what holds for this request
 * @param context what all sessions have in common
 * @param control what other threads may do to the session
 * @param service the worker that serves the session
 * @param meter measures this request
 */
record Serving(
        GuestInput input,
        GuestShare share,
        Limits limits,
        SessionContext context,
        SessionControl control,
        SessionService service,
        SessionMeter meter) {

    /** For the next request of the session. */
    Serving next(SessionService.Terms terms, SessionMeter nextMeter) {
        return new Serving(
                input,
                terms.share(),
                terms.policy().limits(),
                context,
                control,
                service,
                nextMeter);
    }

    /** The monotonic clock, in nanoseconds. */
    long now() {
        return context.nanoClock().getAsLong();
    }
}
