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
 * Passes on to the registry what the hook says, and judges starts. Confined to the hook's thread.
 *
 * <p>libvirt waits for the answer, and every list of domains with it: so nothing here asks libvirt
 * or waits for anybody who does.
 */
final class HookRequests {
    private static final Logger log = LoggerFactory.getLogger(HookRequests.class);

    /** The script waits less than two seconds. */
    private static final Duration REGISTRY_LIMIT = Duration.ofSeconds(1);

    private static final long NANOS_PER_HUNDREDTH = 10_000_000;

    /** What the hook's domains are called when nobody follows them, which is libvirt's default. */
    private static final String SYSTEM = "qemu:///system";

    /** The system's libvirtd on this host, which runs the hook, over whatever transport. */
    private static final Pattern LOCAL_SYSTEM =
            Pattern.compile("qemu(\\+[a-z]+)?:///system(\\?.*)?");

    private final String source;
    private final RegistryWriter writer;
    private final Function<Guest, GuestPolicy> policies;
    private final LongSupplier nanoClock;
    private final LongSupplier uptimeHundredths;

    /** Domains whose last request failed, told once each. */
    private final Set<String> failing = new HashSet<>();

    /**
     * Requests of one host's hook.
     *
     * @param libvirtUris the connect URIs that are followed
     * @param policies the policy of a guest, now
     * @param nanoClock the clock of those who write to the registry
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
     * Takes in one request; when this returns, the registry has heard it.
     *
     * @return the answer for its script, if that may be waiting
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
     * When the script ran, by the registry's clock. Both uptimes are cut to hundredths, so it may
     * come out two of them late, never early: what was read before the script ran is older.
     */
    private long asOf(RequestName name) {
        long age = uptimeHundredths.getAsLong() - name.uptimeHundredths() - 1;
        return nanoClock.getAsLong() - Math.max(0, age) * NANOS_PER_HUNDREDTH;
    }

    private HookAnswer take(HookRequest request, long asOf)
            throws DomainXmlException, HookFailedException, InterruptedException {
        DomainDescription domain = DomainXml.parse(request.xml());
        if (request.phase() == HookPhase.STOPPED) {
            // its XML names no run, and a CID that may be somebody else's by now
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
            return HookAnswer.ADMITTED; // it has nothing to reach us by
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

    /** A request cannot be met; the message says why. */
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
