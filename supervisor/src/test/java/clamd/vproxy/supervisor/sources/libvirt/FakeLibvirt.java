package clamd.vproxy.supervisor.sources.libvirt;

import clamd.vproxy.hooks.DomainDescription;
import clamd.vproxy.hooks.DomainXml;
import clamd.vproxy.hooks.DomainXmlException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A libvirt that breaks on demand. Thread-safe. */
final class FakeLibvirt implements LibvirtClient {
    /** What a domain's reading does instead of succeeding. */
    enum Behaviour {
        /** This call fails and the connection lives on. */
        FAILS,
        /** This call fails because the connection is gone. */
        BREAKS,
        /** The XML is damaged. */
        UNREADABLE,
        /** The binding has a bug. */
        THROWS
    }

    private final Map<UUID, DomainDescription> domains = new ConcurrentSkipListMap<>();
    private final Map<UUID, Behaviour> behaviours = new ConcurrentHashMap<>();
    private final List<Connection> connections = new CopyOnWriteArrayList<>();
    private final BlockingQueue<String> calls = new LinkedBlockingQueue<>();

    final AtomicInteger lists = new AtomicInteger();
    final AtomicInteger readings = new AtomicInteger();
    final AtomicInteger hanging = new AtomicInteger();
    final AtomicInteger mostHanging = new AtomicInteger();
    volatile boolean down;
    volatile CountDownLatch openGate = new CountDownLatch(0);
    volatile CountDownLatch listGate = new CountDownLatch(0);
    volatile CountDownLatch readGate = new CountDownLatch(0);

    static UUID uuid(int number) {
        return new UUID(0, number);
    }

    /** Lets a domain run, without an event. */
    void run(int number, int id, long cid, String... classes) {
        domains.put(
                uuid(number),
                new DomainDescription(
                        uuid(number),
                        "v" + number,
                        OptionalInt.of(id),
                        OptionalLong.of(cid),
                        Set.of(classes)));
    }

    /** Makes a domain a defined one that does not run, without an event. */
    void off(int number) {
        domains.put(
                uuid(number),
                new DomainDescription(
                        uuid(number),
                        "v" + number,
                        OptionalInt.empty(),
                        OptionalLong.of(77),
                        Set.of()));
    }

    /** Takes a domain away, without an event. */
    void forget(int number) {
        domains.remove(uuid(number));
    }

    void behaviour(int number, Behaviour behaviour) {
        behaviours.put(uuid(number), behaviour);
    }

    void calm() {
        behaviours.clear();
    }

    /** Reports an event of a domain on all connections. */
    void event(int number) {
        connections.forEach(connection -> connection.listener.touched(uuid(number)));
    }

    /** Ends all connections as a stopped libvirtd does, and refuses new ones. */
    void stop() {
        down = true;
        for (Connection connection : connections) {
            connection.alive = false;
            connection.listener.lost("libvirtd closed the connection");
        }
    }

    int openConnections() {
        return connections.size();
    }

    /** Waits for a call: open, refused, list, read or close. */
    void await(String call) throws InterruptedException {
        String next;
        do {
            next = calls.poll(30, TimeUnit.SECONDS);
            if (next == null) {
                throw new AssertionError("no " + call);
            }
        } while (!next.equals(call));
    }

    @Override
    public LibvirtConnection open(String uri, LibvirtListener listener)
            throws LibvirtCallException {
        mostHanging.accumulateAndGet(hanging.incrementAndGet(), Math::max);
        pass(openGate);
        hanging.decrementAndGet();
        if (down) {
            calls.add("refused");
            throw new LibvirtCallException("Connection refused");
        }
        Connection connection = new Connection(listener);
        connections.add(connection);
        calls.add("open");
        return connection;
    }

    // like native code, deaf to interrupts
    private static void pass(CountDownLatch gate) {
        boolean passed = false;
        while (!passed) {
            try {
                gate.await();
                passed = true;
            } catch (InterruptedException _) {
                // waits on
            }
        }
    }

    private final class Connection implements LibvirtConnection {
        final LibvirtListener listener;
        volatile boolean alive = true;

        Connection(LibvirtListener listener) {
            this.listener = listener;
        }

        @Override
        public List<UUID> activeDomains() throws LibvirtCallException {
            lists.incrementAndGet();
            calls.add("list");
            pass(listGate);
            check();
            return domains.values().stream()
                    .filter(domain -> domain.id().isPresent())
                    .map(DomainDescription::uuid)
                    .toList();
        }

        @Override
        public Optional<DomainDescription> describe(String name)
                throws LibvirtCallException, DomainXmlException {
            for (DomainDescription domain : domains.values()) {
                if (domain.name().equals(name)) {
                    return describe(domain.uuid());
                }
            }
            return Optional.empty();
        }

        @Override
        public Optional<DomainDescription> describe(UUID uuid)
                throws LibvirtCallException, DomainXmlException {
            readings.incrementAndGet();
            calls.add("read");
            Optional<DomainDescription> answer = Optional.ofNullable(domains.get(uuid));
            pass(readGate);
            check();
            return switch (behaviours.get(uuid)) {
                case null -> answer;
                case FAILS -> throw new LibvirtCallException("cannot acquire state change lock");
                case BREAKS -> {
                    alive = false;
                    throw new LibvirtCallException("client socket is closed");
                }
                case UNREADABLE -> Optional.of(DomainXml.parse("<domain>"));
                case THROWS -> throw new IllegalStateException("on purpose");
            };
        }

        @Override
        public boolean isAlive() {
            return alive;
        }

        @Override
        public void close() {
            connections.remove(this);
            calls.add("close");
        }

        private void check() throws LibvirtCallException {
            if (!alive) {
                throw new LibvirtCallException("client socket is closed");
            }
        }
    }
}
