package clamd.vproxy.worker.session;

import clamd.vproxy.policies.Limits;

/**
 * The environment in which one request is served. Confined to the session thread.
 *
 * @param input supplies the guest's bytes
 * @param share the quotas and rates that the guest's sessions share
 * @param limits the limits for this request
 * @param context the environment that all sessions share
 * @param control lets other threads stop the session or end it at its deadline
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

    /** Returns the environment for the next request of the session. */
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

    /** Returns the time on the monotonic clock, in nanoseconds. */
    long now() {
        return context.nanoClock().getAsLong();
    }
}
