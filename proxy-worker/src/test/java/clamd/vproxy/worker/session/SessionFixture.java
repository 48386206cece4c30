package clamd.vproxy.worker.session;

import static clamd.vproxy.worker.testing.SessionRig.chunk;

import clamd.vproxy.worker.testing.SessionRig;

/** What the tests of {@link Session} share. */
abstract class SessionFixture {
    static final String END = "\0\0\0\0";
    final SessionRig rig = new SessionRig();

    void stream(String data) {
        rig.guest.sends("zINSTREAM\0").sends(chunk(data)).sends(END).ends();
    }
}
