package clamd.vproxy.worker.clamd.conf;

import clamd.vproxy.policies.LimitValue;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows one clamd's configuration file to keep its largest honest stream up to date. clamd reads
 * that file only when it starts, before it loads its database and creates its socket. So a lower
 * bound applies at once; a higher one applies once clamd has restarted after the edit, that is, it
 * was first seen away after the edit and answers now. A missing or invalid file changes nothing.
 * Thread-safe.
 */
public final class FollowedConf {
    private static final Logger log = LoggerFactory.getLogger(FollowedConf.class);

    /** The attributes that change with every edit, even one that keeps the file's size and time. */
    private static final String IDENTITY = "unix:ino,size,ctime";

    private final String clamd;
    private final Path file;
    private final Consumer<ClamdConf> changed;
    private volatile Map<String, Object> seen = Map.of();
    private volatile long bound;

    /** The bound that the file sets now; more than {@link #bound} until clamd is restarted. */
    private volatile long allowed;

    @GuardedBy("this")
    private String problem = "";

    /**
     * Starts with the configuration that was read before.
     *
     * @param clamd where clamd listens, for the log
     * @param changed takes each configuration that sets another bound
     */
    public FollowedConf(String clamd, Path file, ClamdConf first, Consumer<ClamdConf> changed) {
        this.clamd = clamd;
        this.file = file;
        this.changed = changed;
        this.bound = first.largestHonestStream();
        this.allowed = bound;
    }

    /**
     * Returns the largest stream that clamd scans to its end, in bytes. Checks whether the file
     * changed.
     */
    public long largestHonestStream() {
        look();
        return bound;
    }

    /**
     * Records that clamd answers. If it was first seen away after the last edit, it has read the
     * current file.
     *
     * @param awaySince when the monitor first found no listener there; empty if it always found one
     */
    public void answered(Optional<Instant> awaySince) {
        look();
        awaySince.ifPresent(this::raise);
    }

    private void look() {
        try {
            Map<String, Object> now = Files.readAttributes(file, IDENTITY);
            if (!now.equals(seen)) {
                read(now);
            }
        } catch (IOException | ClamdConfException e) {
            wrong(e.toString());
        }
    }

    private synchronized void read(Map<String, Object> identity)
            throws IOException, ClamdConfException {
        if (identity.equals(seen)) {
            return;
        }
        ClamdConf conf;
        try {
            conf = ClamdConf.read(file);
        } catch (ClamdConfException e) {
            // an invalid content is still invalid at the next check; a file that could not be read
            // is read again
            seen = identity;
            throw e;
        }
        problem = "";
        long before = allowed;
        allowed = conf.largestHonestStream();
        if (allowed < bound) {
            log.warn(
                    "{} has changed: clamd at {} scans no more than {} of a stream ({}), it was {}; longer streams are refused",
                    file,
                    clamd,
                    size(allowed),
                    conf.bindingLimit().option(),
                    size(bound));
            bound = allowed;
        } else if (allowed > bound && allowed != before) {
            log.info(
                    "{} has changed: streams of up to {} are accepted once clamd at {} is seen to restart, until then {}",
                    file,
                    size(allowed),
                    clamd,
                    size(bound));
        }
        // last: a thread that finds this identity assumes that the bound is that of this file
        seen = identity;
        if (allowed != before) {
            changed.accept(conf);
        }
    }

    private synchronized void raise(Instant awaySince) {
        boolean editedBefore =
                seen.get("ctime") instanceof FileTime edited
                        && edited.toInstant().isBefore(awaySince);
        if (allowed > bound && editedBefore) {
            log.info(
                    "clamd at {} was restarted: streams of up to {} are accepted, it was {}",
                    clamd,
                    size(allowed),
                    size(bound));
            bound = allowed;
        }
    }

    private synchronized void wrong(String found) {
        if (!found.equals(problem)) {
            problem = found;
            log.warn(
                    "{} cannot be read any more, streams of up to {} stay accepted: {}",
                    file,
                    size(bound),
                    found);
        }
    }

    private static String size(long bytes) {
        return new LimitValue.Size(bytes).toString();
    }
}
