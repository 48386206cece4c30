package clamd.vproxy.worker;

import clamd.vproxy.policies.GuestPolicy;
import clamd.vproxy.worker.session.Session;

/** A session that is to be served, with the policy that it began under. Immutable. */
record Turn(Session session, GuestPolicy policy) {}
