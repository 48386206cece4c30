package clamd.vproxy.worker.clamd;

import clamd.vproxy.worker.shares.Owner;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * All clamds, with the permits of one kind at each, in the order in which the clamds are preferred
 * when all else is equal.
 *
 * <p>Not thread-safe; {@link BackendSlots} guards it.
 */
final class ClamdSites {
    private final List<ClamdSite> sites;

    ClamdSites(List<ClamdSite> sites) {
        this.sites = sites;
    }

    List<ClamdHealth> health() {
        return sites.stream().map(ClamdSite::health).toList();
    }

    /** Whether a request may use any of the clamds. */
    boolean hasAny(Predicate<ClamdSite> usable) {
        for (ClamdSite site : sites) {
            if (usable.test(site)) {
                return true;
            }
        }
        return false;
    }

    /** Whether a clamd that is up has a free permit, for whatever owner. */
    boolean hasPlace() {
        return hasAny(site -> site.hasPlace() && site.health().isUp());
    }

    /** Returns the best clamd that has a permit for this owner now, if there is one. */
    @Nullable ClamdSite bestFor(Owner owner, Predicate<ClamdSite> usable) {
        ClamdSite best = null;
        for (ClamdSite site : sites) {
            if (site.hasPlaceFor(owner)
                    && usable.test(site)
                    && (best == null || site.isBetterThan(best))) {
                best = site;
            }
        }
        return best;
    }

    /** Returns which clamds are down, and the last error of each. */
    String whyDown() {
        return health().stream()
                .filter(health -> !health.isUp())
                .map(health ->
                        "clamd at %s is down: %s"
                                .formatted(
                                        health.clamd().endpoint(), health.lastError().orElse("")))
                .collect(Collectors.joining("; "));
    }

    /** Returns how many permits are held now at each clamd. */
    List<Integer> held() {
        return sites.stream().map(ClamdSite::held).toList();
    }

    int total() {
        return sites.stream().mapToInt(ClamdSite::total).sum();
    }

    int mostForOneTenant() {
        return sites.stream().mapToInt(ClamdSite::mostForOneTenant).sum();
    }
}
