package clamd.vproxy.supervisor.sources.hook;

import clamd.vproxy.hooks.DomainDescription;
import clamd.vproxy.hooks.DomainXml;
import clamd.vproxy.hooks.DomainXmlException;
import clamd.vproxy.hooks.spool.HookAnswer;
import clamd.vproxy.hooks.spool.HookPhase;
import clamd.vproxy.hooks.spool.HookRequest;
import clamd.vproxy.hooks.spool.HookRequestException;
import clamd.vproxy.hooks.spool.RequestName;
import clamd.vproxy.policies.GuestPolicy;
import clamd.vproxy.policies.RuleOrigin;
import clamd.vproxy.supervisor.guests.Guest;
import clamd.vproxy.supervisor.guests.GuestRegistry;
import clamd.vproxy.supervisor.guests.RegistryWriter;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Passes the hook's requests on to the registry, and decides whether a guest may start. Confined to
 * the hook's thread.
 *
 * <p>libvirt waits for the answer, and every list of domains waits for libvirt: so this class
 * neither calls libvirt nor waits for a thread that does.
 */
final class HookRequests {
    private static final Logger log = LoggerFactory.getLogger(HookRequests.class);

    /** The limit for the registry: the script waits less than two seconds. */
    private static final Duration REGISTRY_LIMIT = Duration.ofSeconds(1);

    private static final long NANOS_PER_HUNDREDTH = 10_000_000;

    /** The source of the hook's domains when no libvirt is followed: libvirt's default URI. */
    private static final String SYSTEM = "qemu:///system";

    /** Matches the URIs of this host's system libvirtd, which runs the hook, over any transport. */
    private static final Pattern LOCAL_SYSTEM =
            Pattern.compile("qemu(\\+[a-z]+)?:///system(\\?.*)?");

    private final String source;
    private final RegistryWriter writer;
    private final Function<Guest, GuestPolicy> policies;
    private final LongSupplier nanoClock;
    private final LongSupplier uptimeHundredths;

    /** Domains whose last request failed, each logged once. */
    private final Set<String> failing = new HashSet<>();

    /**
     * Creates the handler of one host's requests.
     *
     * @param libvirtUris the connect URIs that are followed
     * @param policies returns a guest's current policy
     * @param nanoClock the clock that all writers of the registry share
     * @param uptimeHundredths the clock of the requests' names
     */
    HookRequests(
            List<String> libvirtUris,
            RegistryWriter writer,
            Function<Guest, GuestPolicy> policies,
            LongSupplier nanoClock,
            LongSupplier uptimeHundredths) {
        this.source =
                libvirtUris.stream()
                        .filter(uri -> LOCAL_SYSTEM.matcher(uri).matches())
                        .findFirst()
                        .orElse(SYSTEM);
        this.writer = writer;
        this.policies = policies;
        this.nanoClock = nanoClock;
        this.uptimeHundredths = uptimeHundredths;
    }

    /**
     * Handles one request; when this returns, the registry has taken it in.
     *
     * @return the answer for the script, if it may be waiting for one
     */
    Optional<HookAnswer> hear(RequestName name, byte[] bytes) throws InterruptedException {
        HookRequest request;
        try {
            request = HookRequest.parse(bytes);
        } catch (HookRequestException e) {
            return Optional.of(failed("unknown", e));
        }
        String domain = Guest.logName(request.domain());
        HookAnswer answer;
        try {
            answer = take(request, asOf(name));
            failing.remove(domain);
        } catch (DomainXmlException | HookFailedException e) {
            answer = failed(domain, e);
        }
        log.atDebug()
                .addKeyValue("domain", domain)
                .addKeyValue("phase", request.phase())
                .log("hook: {}", answer.line());
        return Optional.of(answer).filter(_ -> request.phase() == HookPhase.START);
    }

    /**
     * Returns when the script ran, by the registry's clock. Both uptimes are cut to hundredths, so
     * the result may be up to two of them late, never early: anything read before the script ran is
     * older.
     */
    private long asOf(RequestName name) {
        long age = uptimeHundredths.getAsLong() - name.uptimeHundredths() - 1;
        return nanoClock.getAsLong() - Math.max(0, age) * NANOS_PER_HUNDREDTH;
    }

    private HookAnswer take(HookRequest request, long asOf)
            throws DomainXmlException, HookFailedException, InterruptedException {
        DomainDescription domain = DomainXml.parse(request.xml());
        if (request.phase() == HookPhase.STOPPED) {
            // its XML names no run, and its CID may belong to another guest by now
            tell(registry -> registry.remove(source, domain.uuid(), asOf));
            return HookAnswer.ADMITTED;
        }
        if (domain.id().isEmpty()) {
            throw new HookFailedException("the domain XML has no id");
        }
        Guest guest = Guest.of(source, domain);
        tell(registry -> registry.upsert(guest, asOf));
        return judge(guest);
    }

    private HookAnswer judge(Guest guest) {
        if (guest.cid().isEmpty()) {
            return HookAnswer.ADMITTED; // without vsock, the guest cannot reach the daemon
        }
        GuestPolicy policy = policies.apply(guest);
        if (!policy.denied()) {
            return HookAnswer.ADMITTED;
        }
        String reason =
                policy.origin() instanceof RuleOrigin.Unmatched
                        ? "unmatched: no rule of the policy file admits it"
                        : "denied by " + policy.origin().label();
        log.atInfo()
                .addKeyValue("domain", guest.logName())
                .addKeyValue("uuid", guest.uuid())
                .addKeyValue("rule", policy.origin().label())
                .log("the hook refuses this guest: no policy admits it");
        return HookAnswer.refused(reason);
    }

    private void tell(Consumer<GuestRegistry> word)
            throws HookFailedException, InterruptedException {
        try {
            writer.submit(word).get(REGISTRY_LIMIT.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw new HookFailedException("the guest registry is too slow", e);
        } catch (ExecutionException e) {
            throw new HookFailedException("the guest registry refused it", e);
        }
    }

    private HookAnswer failed(String domain, Exception e) {
        if (failing.add(domain)) {
            log.atWarn()
                    .addKeyValue("domain", domain)
                    .log("a request of libvirt's hook failed: {}", e.getMessage());
        }
        return HookAnswer.failed(String.valueOf(e.getMessage()));
    }

    /** Thrown when a request cannot be met; the message says why. */
    private static final class HookFailedException extends Exception {
        private static final long serialVersionUID = 1;

        HookFailedException(String message) {
            super(message);
        }

        HookFailedException(String message, Throwable cause) {
            super(message, cause);
        }
    }
}
