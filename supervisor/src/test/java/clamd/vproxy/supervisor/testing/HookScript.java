package clamd.vproxy.supervisor.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import clamd.vproxy.supervisor.base.threads.SystemClock;
import clamd.vproxy.worker.testing.Eventually;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicInteger;

/** Leaves in a spool folder what libvirt's qemu hook would, and waits for answers. Thread-safe. */
public final class HookScript {
    private static final AtomicInteger RUNS = new AtomicInteger();

    private final Path folder;

    /** The hook of a supervisor that serves this folder. */
    public HookScript(Path folder) {
        this.folder = folder;
    }

    /** A whole request, in which the domain runs under this id; a negative one is none. */
    public static byte[] request(String phase, TestGuest guest, int domainId) {
        String id = domainId < 0 ? "" : " id='" + domainId + "'";
        return "clamd-vproxy-hook 1\n%s\n%s\n-\n%s"
                .formatted(
                        guest.name(),
                        phase.replace(' ', '\n'),
                        guest.xml().replace("<domain type='test'", "<domain type='kvm'" + id))
                .getBytes(UTF_8);
    }

    /** Runs {@code start begin} and gives the answer. */
    public String starts(TestGuest guest, int domainId) throws Exception {
        return asks(request("start begin", guest, domainId));
    }

    /** Leaves a request and gives the answer to it. */
    public String asks(byte[] request) throws Exception {
        String run = leaves(request);
        rings();
        return answerTo(run);
    }

    /** Leaves a request for which no answer is awaited. */
    public void tells(byte[] request) throws IOException {
        String _ = leaves(request);
        rings();
    }

    /** Puts a request into the folder; the result names it. */
    public String leaves(byte[] request) throws IOException {
        String run = SystemClock.uptimeHundredths() + "-" + RUNS.incrementAndGet();
        Path writing = Files.write(folder.resolve(run + ".new"), request);
        Files.move(writing, folder.resolve(run + ".request"), StandardCopyOption.ATOMIC_MOVE);
        return run;
    }

    /** Rings the bell, which must have a reader. */
    public void rings() throws IOException {
        Files.write(folder.resolve("bell"), new byte[] {'.'}, StandardOpenOption.WRITE);
    }

    /** Fetches an answer, once it is there. */
    public String answerTo(String run) throws Exception {
        Path answer = folder.resolve(run + ".answer");
        Eventually.holds("an answer to " + run, () -> Files.exists(answer));
        String line = Files.readString(answer);
        Files.delete(answer);
        return line;
    }
}
